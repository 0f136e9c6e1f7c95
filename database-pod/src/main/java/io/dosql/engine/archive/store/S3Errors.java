package io.dosql.engine.archive.store;

import static io.dosql.engine.error.ErrorCode.STORAGE_BUCKET_NOT_FOUND;
import static io.dosql.engine.error.ErrorCode.STORAGE_CONFLICT;
import static io.dosql.engine.error.ErrorCode.STORAGE_FULL;
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
import java.time.Duration;
import java.util.Optional;
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
          withRetryAfter(
              fromCode(action, codeOf(e), e.response().code(), describe(e), e),
              RetryAfter.of(e.response().headers()));
      case UnexpectedResponseException e ->
          withRetryAfter(
              fromStatus(action, e.status(), describe(e), e), RetryAfter.of(e.headers()));
      case ServerException e -> fromStatus(action, e.statusCode(), describe(e), e);
      case UnknownHostException e ->
          unavailable(action, "the host " + settings.endpoint().getHost() + " is not known", e)
              .withSuggestion("Correct the endpoint " + settings.endpoint() + ", or the DNS.");
      case ConnectException e ->
          unavailable(action, "no connection to " + settings.endpoint(), e)
              .withSuggestion("Check that the object store runs and " + reachable());
      case SSLException e ->
          unavailable(action, "TLS failed: " + e.getMessage(), e)
              .withSuggestion(
                  "Check the certificate of %s: it must name the host, be in date, and come from an"
                          .formatted(settings.endpoint())
                      + " authority that the pod's Java trusts.");
      case SocketTimeoutException e -> timeout(action, e);
      case InterruptedIOException e -> timeout(action, e);
      default -> unavailable(action, describe(cause), cause);
    };
  }

  /** The failure that a server told by an S3 error code inside an answer. */
  DosqlException ofCode(String action, String code, String message) {
    return fromCode(action, code, STATUS_UNKNOWN, code + " " + message, null);
  }

  /** The store let two writers create the same object. */
  DosqlException ignoresConditions(String action) {
    return unavailable(
            action,
            "the store ignores If-None-Match, so that writers could overwrite each other",
            null)
        .withSuggestion("Use a store, or a release of it, that knows conditional writes.");
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
          denied(action, "the store does not know the access key (" + code + ")", cause)
              .withSuggestion("Correct accessKeyId in the Secret of the backup store.");
      case "SignatureDoesNotMatch" ->
          denied(action, "the secret does not belong to the access key (" + code + ")", cause)
              .withSuggestion("Correct secretAccessKey in the Secret of the backup store.");
      case "RequestTimeTooSkewed" ->
          denied(action, "the clocks of pod and store differ too much", cause)
              .withSuggestion("Set the clocks of the node and of the object store right.");
      case "AccessDenied",
          "AllAccessDisabled",
          "AccountProblem",
          "ExpiredToken",
          "ExpiredTokenException",
          "InvalidToken",
          "InvalidClientTokenId",
          "InvalidSecurity",
          "NotSignedUp",
          "TokenRefreshRequired",
          "MethodNotAllowed",
          "InvalidObjectState" ->
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
          "TooManyRequests",
          "TooManyRequestsException",
          "BandwidthLimitExceeded",
          "ServerBusy",
          "Busy" ->
          failure(STORAGE_RATE_LIMITED, action, "the store asks for fewer requests", cause);
      case "QuotaExceeded",
          "XMinioAdminBucketQuotaExceeded",
          "XMinioStorageFull",
          "XMinioDiskFull",
          "StorageFull",
          "InsufficientStorage",
          "InsufficientCapacity",
          "StorageCapExceeded" ->
          failure(
              STORAGE_FULL, action, "no space is left, or a quota is used up: " + detail, cause);
      case "ServerSideEncryptionConfigurationNotFoundError", "InvalidEncryptionAlgorithmError" ->
          encryptionRefused(action, detail, cause);
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
      default ->
          isAboutKeyManagement(code)
              ? encryptionRefused(action, code + ", " + detail, cause)
              : fromStatus(action, status, code + ", " + detail, cause);
    };
  }

  /** AWS says {@code KMS.NotFoundException} and the like, MinIO {@code XMinioKMS…}. */
  private static boolean isAboutKeyManagement(String code) {
    return code.startsWith("KMS") || code.startsWith("XMinioKMS");
  }

  private DosqlException encryptionRefused(
      String action, String detail, @Nullable Throwable cause) {
    return denied(action, "the store refuses the server-side encryption: " + detail, cause)
        .withSuggestion(
            "Correct the id of the KMS key, allow the access key to use it, or ask for another"
                + " server-side encryption.");
  }

  private static DosqlException withRetryAfter(DosqlException failure, Optional<Duration> delay) {
    return delay.map(failure::withRetryAfter).orElse(failure);
  }

  private DosqlException fromStatus(
      String action, int status, String reason, @Nullable Throwable cause) {
    String detail = status == STATUS_UNKNOWN ? reason : "HTTP status " + status + ", " + reason;
    return switch (status) {
      case 401, 403 -> denied(action, detail, cause);
      case 301, 307, 308 ->
          failure(
                  STORAGE_PERMISSION_DENIED,
                  action,
                  "the store sends elsewhere, as for a bucket of another region: " + detail,
                  cause)
              .withSuggestion(
                  "Set the endpoint and the region of the bucket " + settings.bucket() + ".");
      case 429 -> failure(STORAGE_RATE_LIMITED, action, detail, cause);
      case 507 -> failure(STORAGE_FULL, action, detail, cause);
      case 501 ->
          unavailable(action, "the store cannot do what is asked of it: " + detail, cause)
              .withSuggestion(
                  "Use a store that knows conditional writes (If-None-Match) and, if it is asked"
                      + " for, server-side encryption.");
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
