package io.dosql.engine.error;

/** Every code that a client or the operator can see; stable across releases. */
public enum ErrorCode {
  SYNTAX_ERROR(400, false, "Check the statement at the position given."),
  TABLE_NOT_FOUND(404, false, "Check the table's name, or run the migration that creates it."),
  COLUMN_NOT_FOUND(400, false, "Check the column's name against the table's definition."),
  CONSTRAINT_VIOLATION(409, false, "Change the values so that the constraint holds."),
  TYPE_MISMATCH(400, false, "Pass a value of the column's type."),
  INVALID_REQUEST(400, false, "Correct the request as the message says."),
  NOT_FOUND(404, false, "Check the path and the names in it."),
  METHOD_NOT_ALLOWED(405, false, "Use a method that the path supports."),
  UNSUPPORTED_MEDIA_TYPE(415, false, "Send the body as 'Content-Type: application/json'."),
  OPERATION_CONFLICT(409, false, "Use another id for another operation."),
  PAYLOAD_TOO_LARGE(413, false, "Send a smaller request, or split it."),
  RESPONSE_TOO_LARGE(413, false, "Add LIMIT, or select fewer or smaller columns."),
  TXN_NOT_FOUND(404, false, "Start the transaction again."),
  TXN_ABORTED(409, true, "Run the transaction again."),
  TXN_SERIALIZATION_FAILURE(
      409, true, "Run the transaction again, or begin it with BEGIN IMMEDIATE."),
  TXN_LOCK_TIMEOUT(408, true, "Try again; keep write transactions short."),
  TXN_TIMEOUT(408, true, "Run it again in smaller steps."),
  TXN_NO_ACTIVE(400, false, "Begin a transaction first."),
  TXN_ALREADY_ACTIVE(400, false, "Commit or roll back the open transaction first."),
  TXN_SAVEPOINT_NOT_FOUND(404, false, "Use the name of a savepoint that is open."),
  TXN_READ_ONLY_VIOLATION(403, false, "Use a transaction and a token that may write."),
  STREAM_EXPIRED(410, false, "Open a new stream and begin its work again."),
  STREAM_BATON_INVALID(
      400, false, "Send the baton of the stream's last answer, each once, one after the other."),
  CONNECTION_ERROR(503, true, "Try again in a moment."),
  TIMEOUT(408, true, "Make the statement cheaper, or give it more time."),
  UNAUTHORIZED(401, false, "Send a valid token as 'Authorization: Bearer'."),
  FORBIDDEN(403, false, "Use a token that allows this."),
  RATE_LIMITED(429, true, "Send requests more slowly."),
  RESOURCE_EXHAUSTED(429, true, "Wait for the resource to be freed, or raise the limit named."),
  QUOTA_EXCEEDED(429, false, "Delete data, or raise the limit named."),
  TENANT_UNAVAILABLE(503, false, "See the pod's log; restore the tenant from a backup."),
  STORAGE_NOT_FOUND(404, false, "Check the object's or backup's name."),
  STORAGE_CONFLICT(409, true, "Another writer was first; try again."),
  STORAGE_CHECKSUM_MISMATCH(500, false, "The object is damaged; use another backup."),
  STORAGE_TIMEOUT(504, true, "Check that the object store can be reached."),
  STORAGE_RATE_LIMITED(429, true, "Wait; the object store asks for fewer requests."),
  STORAGE_PERMISSION_DENIED(403, false, "Check the access key, its secret and its policy."),
  STORAGE_BUCKET_NOT_FOUND(404, false, "Create the bucket, or correct its name."),
  STORAGE_UNAVAILABLE(503, true, "Check the object store and its endpoint."),
  MIGRATION_FAILED(409, false, "Correct the statement at the position given; nothing was changed."),
  MIGRATION_CHECKSUM_MISMATCH(
      409, false, "Restore the migration's text; put changes into a new one."),
  RESTORE_FAILED(409, false, "The tenant is as it was; see the message for what to do."),
  SNAPSHOT_NOT_AVAILABLE(410, false, "Choose a moment for which a backup exists."),
  INTERNAL(500, false, "See the pod's log for the request id; report it if it persists.");

  private final int httpStatus;
  private final boolean retryable;
  private final String suggestion;

  ErrorCode(int httpStatus, boolean retryable, String suggestion) {
    this.httpStatus = httpStatus;
    this.retryable = retryable;
    this.suggestion = suggestion;
  }

  /** HTTP status of an answer with this code. */
  public int httpStatus() {
    return httpStatus;
  }

  /** Whether the same request may succeed later without a change. */
  public boolean retryable() {
    return retryable;
  }

  /** What to do, unless the error carries better advice. */
  public String suggestion() {
    return suggestion;
  }
}
