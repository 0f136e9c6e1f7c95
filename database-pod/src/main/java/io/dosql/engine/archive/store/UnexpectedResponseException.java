package io.dosql.engine.archive.store;

import java.io.IOException;

/** An HTTP error whose body is not S3's XML: from a proxy, a gateway or something else entirely. */
final class UnexpectedResponseException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;

  UnexpectedResponseException(int status, String body) {
    super("not an answer of S3: " + body);
    this.status = status;
  }

  int status() {
    return status;
  }
}
