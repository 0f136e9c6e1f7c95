package io.dosql.engine.changes;

/** A transaction changes more than its limit allows to keep. */
public final class ChangesTooLargeException extends RuntimeException {

  private static final long serialVersionUID = 1;

  ChangesTooLargeException(long maxBytes) {
    super("the row changes of the transaction exceed %d bytes".formatted(maxBytes));
  }
}
