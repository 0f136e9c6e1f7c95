package io.dosql.engine.session;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;

/** What sessions refuse, in SQLite's words where it has some. */
final class SessionFailures {

  private SessionFailures() {}

  static DosqlException readOnlyToken() {
    return readOnly("this token may only read");
  }

  static DosqlException readOnly(String message) {
    return new DosqlException(ErrorCode.TXN_READ_ONLY_VIOLATION, message)
        .withSqliteCode("SQLITE_READONLY");
  }

  static DosqlException alreadyActive() {
    return new DosqlException(
            ErrorCode.TXN_ALREADY_ACTIVE, "cannot start a transaction within a transaction")
        .withSqliteCode("SQLITE_ERROR");
  }

  static DosqlException noTransaction(String verb) {
    return new DosqlException(
            ErrorCode.TXN_NO_ACTIVE, "cannot %s - no transaction is active".formatted(verb))
        .withSqliteCode("SQLITE_ERROR");
  }

  static DosqlException noSavepoint() {
    return new DosqlException(ErrorCode.TXN_SAVEPOINT_NOT_FOUND, "there is no open savepoint")
        .withSqliteCode("SQLITE_ERROR");
  }

  static DosqlException transactionTimeout(Duration limit) {
    return new DosqlException(
            ErrorCode.TXN_TIMEOUT,
            "the transaction was rolled back after %d ms, the limit transactionTimeout"
                .formatted(limit.toMillis()))
        .withSqliteCode("SQLITE_BUSY");
  }

  static DosqlException vacuumInTransaction() {
    return new DosqlException(ErrorCode.INVALID_REQUEST, "cannot VACUUM from within a transaction")
        .withSqliteCode("SQLITE_ERROR");
  }

  static DosqlException staleSnapshot() {
    return new DosqlException(
            ErrorCode.TXN_SERIALIZATION_FAILURE,
            "another transaction has committed since this one began to read")
        .withSqliteCode("SQLITE_BUSY");
  }

  static DosqlException notInBatch(int index) {
    return new DosqlException(
            ErrorCode.INVALID_REQUEST,
            "statement %d cannot be part of a batch, which is one transaction".formatted(index))
        .withSuggestion("Leave BEGIN, COMMIT, ROLLBACK, SAVEPOINT and VACUUM out of batches.")
        .withStatementIndex(index);
  }
}
