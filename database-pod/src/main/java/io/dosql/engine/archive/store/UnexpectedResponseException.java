package io.dosql.engine.archive.store;

import java.io.IOException;
import okhttp3.Headers;

/** An HTTP error whose body is not S3's XML: from a proxy, a gateway or something else entirely. */
final class UnexpectedResponseException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Headers headers;

  UnexpectedResponseException(int status, Headers headers, String body) {
    super("not an answer of S3: " + body);
    this.status = status;
    this.headers = headers;
  }

  Headers headers() {
    return headers;
  }

  int status() {
    return status;
  }
}
