package io.dosql.engine.http;

/** Who asks: all that a token says, once it was checked. */
public record Principal(boolean mayWrite) {

  /** For routes without a token, and for a pod without authentication. */
  static final Principal ANYONE = new Principal(true);
}
