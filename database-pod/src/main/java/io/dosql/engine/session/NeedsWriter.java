package io.dosql.engine.session;

/** A statement that ran on a reader turned out to write; nothing has come of it. */
final class NeedsWriter extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NeedsWriter() {
    super(null, null, false, false);
  }
}
