package io.dosql.quickstart;

import org.jspecify.annotations.Nullable;

/**
 * What a person must know: the message says what is wrong and what to do, and is shown as it is.
 */
final class QuickstartException extends Exception {

  private static final long serialVersionUID = 1L;

  QuickstartException(String message) {
    this(message, null);
  }

  QuickstartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
