package io.dosql.engine.error;

import java.util.Set;

/**
 * Every code that a client or the operator can see; stable across releases. docs/errors.md is made
 * from it.
 */
public enum ErrorCode {
  SYNTAX_ERROR(
      400,
      false,
      "SQLite cannot parse the statement.",
      "Check the statement at the position given."),
  TABLE_NOT_FOUND(
      404,
      false,
      "The statement names a table or view that is not there.",
      "Check the table's name, or run the migration that creates it."),
  COLUMN_NOT_FOUND(
      400,
      false,
      "The statement names a column that is not there.",
      "Check the column's name against the table's definition."),
  CONSTRAINT_VIOLATION(
      409,
      false,
      "A UNIQUE, NOT NULL, CHECK, PRIMARY KEY or FOREIGN KEY constraint failed;"
          + " the statement did nothing.",
      "Change the values so that the constraint holds."),
  TYPE_MISMATCH(
      400,
      false,
      "A value has a type that its column does not take.",
      "Pass a value of the column's type."),
  INVALID_REQUEST(
      400,
      false,
      "The request is malformed, or asks for what cannot be.",
      "Correct the request as the message says."),
  NOT_FOUND(
      404,
      false,
      "There is nothing under the path, tenant or operation named.",
      "Check the path and the names in it."),
  METHOD_NOT_ALLOWED(
      405, false, "The path takes other HTTP methods.", "Use a method that the path supports."),
  UNSUPPORTED_MEDIA_TYPE(
      415,
      false,
      "The body is not JSON, or is compressed.",
      "Send the body as 'Content-Type: application/json'."),
  OPERATION_CONFLICT(
      409,
      false,
      "An operation with this id was started with another request.",
      "Use another id for another operation."),
  PAYLOAD_TOO_LARGE(
      413,
      false,
      "The request, its SQL or one of its values is larger than a limit.",
      "Send a smaller request, or split it."),
  RESPONSE_TOO_LARGE(
      413,
      false,
      "The result has more rows or bytes than a limit.",
      "Add LIMIT, or select fewer or smaller columns."),
  TXN_NOT_FOUND(
      404,
      false,
      "There is no transaction of the id named.",
      "Begin a transaction, and use the id that it has."),
  TXN_ABORTED(
      409, true, "The transaction was rolled back by the pod.", "Run the transaction again."),
  TXN_DEADLOCK(
      409,
      true,
      "SQLite found two transactions that wait for each other, so this one may not wait.",
      "Run the transaction again, or begin it with BEGIN IMMEDIATE."),
  TXN_SERIALIZATION_FAILURE(
      409,
      true,
      "Another transaction committed since this one began to read, so it cannot write.",
      "Run the transaction again, or begin it with BEGIN IMMEDIATE."),
  TXN_LOCK_TIMEOUT(
      408,
      true,
      "Another transaction held the tenant's writer for too long.",
      "Try again; keep write transactions short."),
  TXN_TIMEOUT(
      408,
      true,
      "The transaction lasted, or was idle while others waited, for too long, and"
          + " was rolled back.",
      "Run it again in smaller steps."),
  TXN_NO_ACTIVE(
      400, false, "COMMIT or ROLLBACK without a transaction.", "Begin a transaction first."),
  TXN_ALREADY_ACTIVE(
      400, false, "BEGIN inside a transaction.", "Commit or roll back the open transaction first."),
  TXN_SAVEPOINT_NOT_FOUND(
      404,
      false,
      "There is no open savepoint of that name.",
      "Use the name of a savepoint that is open."),
  TXN_READ_ONLY_VIOLATION(
      403,
      false,
      "A write in a read-only transaction, or with a token that may only read.",
      "Use a transaction and a token that may write."),
  STREAM_EXPIRED(
      410,
      false,
      "The Hrana stream was closed or idle for too long; its transaction was rolled back.",
      "Open a new stream and begin its work again."),
  STREAM_BATON_INVALID(
      400,
      false,
      "The baton was used already, or belongs to somebody else's stream.",
      "Send the baton of the stream's last answer, each once, one after the other."),
  CONNECTION_ERROR(
      503,
      true,
      "The pod is starting or shutting down, or cannot fetch the keys that the token needs.",
      "Try again in a moment."),
  TIMEOUT(
      408,
      true,
      "The statement, or the arrival of the request, took too long.",
      "Make the statement cheaper, or give it more time."),
  UNAUTHORIZED(
      401,
      false,
      "The token is missing, malformed, expired, or signed with an unknown key.",
      "Send a valid token as 'Authorization: Bearer'."),
  FORBIDDEN(
      403,
      false,
      "The token, or the engine's policy for SQL, does not allow this.",
      "Use a token that allows this."),
  RATE_LIMITED(
      429,
      true,
      "More requests, or more failed authentications, than a rate allows; the message says whose.",
      "Wait as long as Retry-After says, and ask less often."),
  RESOURCE_EXHAUSTED(
      429,
      true,
      "Something that the pod has only so much of is used up; the message names it.",
      "Wait for the resource to be freed, or raise the limit named."),
  QUOTA_EXCEEDED(
      429,
      false,
      "The database has as much as its limit allows.",
      "Delete data, or raise the limit named."),
  TENANT_UNAVAILABLE(
      503,
      false,
      "The tenant's files cannot be opened, or are damaged; other tenants are served.",
      "Restore the tenant from a backup; the message says what is wrong with it."),
  TENANT_BUSY(
      503,
      true,
      "The tenant is being restored, made by a clone, or deleted.",
      "Try again in a moment."),
  TENANT_EXISTS(
      409,
      false,
      "A tenant of this name is there already.",
      "Use another name, or delete the tenant first."),
  CDC_SUBSCRIPTION_FAILED(
      500,
      true,
      "The change stream could not be read on.",
      "Subscribe again from the last LSN that arrived."),
  CDC_LSN_NOT_FOUND(
      410,
      false,
      "The changes from this LSN on are no longer kept; the message names the earliest LSN.",
      "Subscribe from the earliest LSN, after a fresh read of the tables."),
  CDC_SLOT_NOT_FOUND(
      404, false, "There is no replication slot of this name.", "Create the slot first."),
  CDC_SLOT_EXISTS(
      409,
      false,
      "A replication slot of this name is there already.",
      "Use the slot that is there, or another name."),
  CDC_BUFFER_OVERFLOW(
      503,
      true,
      "The consumer of a change stream fell too far behind; nothing is lost.",
      "Subscribe again from the last LSN that arrived, and take the events faster."),
  STORAGE_NOT_FOUND(
      404,
      false,
      "The object store, or the object or backup in it, is not there.",
      "Check the object's or backup's name."),
  STORAGE_CONFLICT(
      409,
      true,
      "Another writer was first, so the name is taken in the object store.",
      "Try again, or use another name."),
  STORAGE_CHECKSUM_MISMATCH(
      500,
      false,
      "An object in the store is damaged, or is not what its manifest says.",
      "The object is damaged; use another backup."),
  STORAGE_ENCRYPTION_MISMATCH(
      500,
      false,
      "The archive's encryption and the pod's keys do not fit together.",
      "Give the pod the keys that the archive was written with."),
  STORAGE_FULL(
      507,
      true,
      "The object store has no space left, or a quota is used up; the database serves on.",
      "Give the object store more space, raise the quota, or shorten the retention of backups."),
  STORAGE_TIMEOUT(
      504,
      true,
      "The object store did not answer in time.",
      "Check that the object store can be reached."),
  STORAGE_RATE_LIMITED(
      429,
      true,
      "The object store asks for fewer requests.",
      "Wait; the object store asks for fewer requests."),
  STORAGE_PERMISSION_DENIED(
      403,
      false,
      "The object store refuses the access key, or what it may do.",
      "Check the access key, its secret and its policy."),
  STORAGE_BUCKET_NOT_FOUND(
      404, false, "There is no such bucket.", "Create the bucket, or correct its name."),
  STORAGE_UNAVAILABLE(
      503,
      true,
      "The object store failed or cannot be reached; the database serves on.",
      "Check the object store and its endpoint."),
  ARCHIVE_LAG_EXCEEDED(
      503,
      true,
      "The archive is so far behind that the database takes no more writes, as onMaxLag StopWrites"
          + " wants it; reads go on.",
      "Wait until the archive has caught up; see its state for what is wrong with the object"
          + " store."),
  ARCHIVE_FENCED(
      503,
      false,
      "Another engine archives this database now, so that this one must not write; reads go on.",
      "Find out which of the two is wanted, stop the other, and restart this pod: it begins a new"
          + " line of the archive."),
  MIGRATION_FAILED(
      409,
      false,
      "A statement of a migration failed; the migration left no trace.",
      "Correct the statement at the position given; nothing was changed."),
  MIGRATION_CHECKSUM_MISMATCH(
      409,
      false,
      "The text of a migration that was applied has changed since.",
      "Restore the migration's text; put changes into a new one."),
  MIGRATION_NO_DOWN(
      409,
      false,
      "A migration that is to be rolled back has no text for it.",
      "Add the text that undoes the migration, or write a new migration."),
  MIGRATION_TARGET_NOT_FOUND(
      404,
      false,
      "There is no migration of the number asked for.",
      "Name a migration that is there."),
  RESTORE_FAILED(
      409,
      false,
      "The backup cannot replace the tenant.",
      "The tenant is as it was; see the message for what to do."),
  SNAPSHOT_NOT_AVAILABLE(
      410,
      false,
      "There is no snapshot that this release can read.",
      "Choose a moment for which a backup exists."),
  INTERNAL(
      500,
      false,
      "A fault in the pod.",
      "See the pod's log for the request id; report it if it persists.");

  /** Codes that nothing answers with yet, kept so that clients can know them from the start. */
  private static final Set<ErrorCode> RESERVED =
      Set.of(
          TXN_NOT_FOUND,
          CDC_SUBSCRIPTION_FAILED,
          CDC_LSN_NOT_FOUND,
          CDC_SLOT_NOT_FOUND,
          CDC_SLOT_EXISTS,
          CDC_BUFFER_OVERFLOW,
          MIGRATION_NO_DOWN,
          MIGRATION_TARGET_NOT_FOUND);

  private final int httpStatus;
  private final boolean retryable;
  private final String meaning;
  private final String suggestion;

  ErrorCode(int httpStatus, boolean retryable, String meaning, String suggestion) {
    this.httpStatus = httpStatus;
    this.retryable = retryable;
    this.meaning = meaning;
    this.suggestion = suggestion;
  }

  /** Whether no part of this release answers with it. */
  public boolean isReserved() {
    return RESERVED.contains(this);
  }

  /** HTTP status of an answer with this code. */
  public int httpStatus() {
    return httpStatus;
  }

  /** Whether the same request may succeed later without a change. */
  public boolean retryable() {
    return retryable;
  }

  /** What it says, apart from the message of the one error. */
  public String meaning() {
    return meaning;
  }

  /** What to do, unless the error carries better advice. */
  public String suggestion() {
    return suggestion;
  }
}
