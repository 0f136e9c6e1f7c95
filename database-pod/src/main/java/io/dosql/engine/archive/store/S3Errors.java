package io.dosql.engine.archive.store;

import static io.dosql.engine.error.ErrorCode.STORAGE_BUCKET_NOT_FOUND;
import static io.dosql.engine.error.ErrorCode.STORAGE_CONFLICT;
import static io.dosql.engine.error.ErrorCode.STORAGE_NOT_FOUND;
import static io.dosql.engine.error.ErrorCode.STORAGE_PERMISSION_DENIED;
import static io.dosql.engine.error.ErrorCode.STORAGE_RATE_LIMITED;
import static io.dosql.engine.error.ErrorCode.STORAGE_TIMEOUT;
import static io.dosql.engine.error.ErrorCode.STORAGE_UNAVAILABLE;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.ServerException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What went wrong with a call to S3, as a code of ours with a message and advice. Pure. */
final class S3Errors {

  private static final int STATUS_UNKNOWN = 0;

  private final S3Settings settings;

  S3Errors(S3Settings settings) {
    this.settings = settings;
  }

  /** The failure to throw for {@code failure}; {@code action} reads like "write a/b". */
  DosqlException translate(String action, Throwable failure) {
    Throwable cause = unwrap(failure);
    return switch (cause) {
      case DosqlException e -> e;
      case ErrorResponseException e ->
          fromCode(action, codeOf(e), e.response().code(), describe(e), e);
      case UnexpectedResponseException e -> fromStatus(action, e.status(), describe(e), e);
      case ServerException e -> fromStatus(action, e.statusCode(), describe(e), e);
      case UnknownHostException e ->
          unavailable(action, "the host " + settings.endpoint().getHost() + " is not known", e)
              .withSuggestion("Correct the endpoint " + settings.endpoint() + ", or the DNS.");
      case ConnectException e ->
          unavailable(action, "no connection to " + settings.endpoint(), e)
              .withSuggestion("Check that the object store runs and " + reachable());
      case SSLException e ->
          unavailable(action, "TLS failed: " + e.getMessage(), e)
              .withSuggestion("Check the certificate of " + settings.endpoint() + ".");
      case SocketTimeoutException e -> timeout(action, e);
      case InterruptedIOException e -> timeout(action, e);
      default -> unavailable(action, describe(cause), cause);
    };
  }

  /** The failure that a server told by an S3 error code inside an answer. */
  DosqlException ofCode(String action, String code, String message) {
    return fromCode(action, code, STATUS_UNKNOWN, code + " " + message, null);
  }

  /** The S3 error code of a failure, if the server sent one. */
  static @Nullable String serverCode(Throwable failure) {
    return unwrap(failure) instanceof ErrorResponseException e ? codeOf(e) : null;
  }

  private static String codeOf(ErrorResponseException e) {
    return String.valueOf(e.errorResponse().code());
  }

  static Throwable unwrap(Throwable failure) {
    Throwable current = failure;
    while ((current instanceof CompletionException
            || current instanceof ExecutionException
            || isPlainWrapper(current))
        && current.getCause() != null) {
      current = current.getCause();
    }
    return current;
  }

  /** The client wraps I/O errors in the base class of its exceptions. */
  private static boolean isPlainWrapper(Throwable failure) {
    return failure.getClass() == io.minio.errors.MinioException.class;
  }

  private DosqlException fromCode(
      String action, String code, int status, String detail, @Nullable Throwable cause) {
    return switch (code) {
      case "NoSuchBucket" ->
          failure(
                  STORAGE_BUCKET_NOT_FOUND,
                  action,
                  "the bucket %s does not exist".formatted(settings.bucket()),
                  cause)
              .withSuggestion(
                  "Create the bucket %s at %s, or correct its name."
                      .formatted(settings.bucket(), settings.endpoint()));
      case "NoSuchKey", "NoSuchUpload" ->
          failure(STORAGE_NOT_FOUND, action, "there is no such object", cause);
      case "InvalidAccessKeyId" ->
          denied(action, "the store does not know the access key", cause)
              .withSuggestion("Correct accessKeyId in the Secret of the backup store.");
      case "SignatureDoesNotMatch" ->
          denied(action, "the secret does not belong to the access key", cause)
              .withSuggestion("Correct secretAccessKey in the Secret of the backup store.");
      case "RequestTimeTooSkewed" ->
          denied(action, "the clocks of pod and store differ too much", cause)
              .withSuggestion("Set the clocks of the node and of the object store right.");
      case "AccessDenied", "AllAccessDisabled", "AccountProblem", "ExpiredToken", "InvalidToken" ->
          denied(action, "access denied (" + code + ")", cause)
              .withSuggestion(
                  "Check the access key, and allow it to list, read, write and delete in the bucket"
                      + " %s.".formatted(settings.bucket()));
      case "SlowDown",
          "SlowDownRead",
          "SlowDownWrite",
          "Throttling",
          "ThrottlingException",
          "RequestLimitExceeded",
          "RequestThrottled",
          "TooManyRequests" ->
          failure(STORAGE_RATE_LIMITED, action, "the store asks for fewer requests", cause);
      case "RequestTimeout" -> timeout(action, cause);
      case "ConditionalRequestConflict", "OperationAborted" ->
          failure(STORAGE_CONFLICT, action, "another writer is at the same object", cause);
      case "AuthorizationHeaderMalformed", "PermanentRedirect", "Redirect", "InvalidRegion" ->
          failure(
                  STORAGE_PERMISSION_DENIED,
                  action,
                  "the store refuses the region %s: %s".formatted(settings.region(), detail),
                  cause)
              .withSuggestion("Set the region of the bucket " + settings.bucket() + ".");
      default -> fromStatus(action, status, code + ", " + detail, cause);
    };
  }

  private DosqlException fromStatus(
      String action, int status, String reason, @Nullable Throwable cause) {
    String detail = status == STATUS_UNKNOWN ? reason : "HTTP status " + status + ", " + reason;
    return switch (status) {
      case 401, 403 -> denied(action, detail, cause);
      case 429 -> failure(STORAGE_RATE_LIMITED, action, detail, cause);
      case 408, 504 -> timeout(action, cause);
      default -> unavailable(action, detail, cause);
    };
  }

  private DosqlException denied(String action, String detail, @Nullable Throwable cause) {
    return failure(STORAGE_PERMISSION_DENIED, action, detail, cause);
  }

  private DosqlException timeout(String action, @Nullable Throwable cause) {
    return failure(STORAGE_TIMEOUT, action, settings.endpoint() + " did not answer in time", cause)
        .withSuggestion("Check that the object store is not overloaded and " + reachable());
  }

  private DosqlException unavailable(String action, String detail, @Nullable Throwable cause) {
    return failure(STORAGE_UNAVAILABLE, action, detail, cause);
  }

  private DosqlException failure(
      ErrorCode code, String action, String detail, @Nullable Throwable cause) {
    return new DosqlException(
        code,
        "Cannot %s in the bucket %s: %s.".formatted(action, settings.bucket(), detail),
        cause);
  }

  private String reachable() {
    return "that %s can be reached from the pod.".formatted(settings.endpoint());
  }

  private static String describe(Throwable cause) {
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
