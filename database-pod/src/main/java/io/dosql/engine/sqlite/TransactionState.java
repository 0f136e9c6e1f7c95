package io.dosql.engine.sqlite;

/** How deep a connection is in a transaction. */
public enum TransactionState {
  /** No snapshot is held. */
  NONE,
  /** A snapshot is held. */
  READ,
  /** The write lock is held. */
  WRITE;

  static TransactionState of(int code) {
    return switch (code) {
      case 0 -> NONE;
      case 1 -> READ;
      case 2 -> WRITE;
      default -> throw new IllegalStateException("unknown transaction state " + code);
    };
  }
}
