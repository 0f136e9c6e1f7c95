package io.dosql.operator.pod;

import org.jspecify.annotations.Nullable;

/** An error as the engine describes it. */
public record EngineError(
    String code,
    String message,
    boolean retryable,
    @Nullable String suggestion,
    @Nullable String requestId) {

  public static final String UNKNOWN_CODE = "UNKNOWN";

  /** What is to be written is there already, and is something else. */
  public static final String CONFLICT_CODE = "STORAGE_CONFLICT";

  /** What the request names, such as a tenant, is not there. */
  public static final String NOT_FOUND_CODE = "NOT_FOUND";

  public EngineError(
      @Nullable String code,
      @Nullable String message,
      boolean retryable,
      @Nullable String suggestion,
      @Nullable String requestId) {
    this.code = code == null ? UNKNOWN_CODE : code;
    this.message = message == null ? "the engine gave no reason" : message;
    this.retryable = retryable;
    this.suggestion = suggestion;
    this.requestId = requestId;
  }

  /** Message and advice in one line. */
  public String explanation() {
    return suggestion == null ? message : followedBy(message, suggestion);
  }

  /** A message and what comes behind it; the engine's do not all end with a full stop. */
  public static String followedBy(String message, String sentence) {
    boolean isEnded = message.endsWith(".") || message.endsWith("?") || message.endsWith("!");
    return message + (isEnded ? " " : ". ") + sentence;
  }

  /**
   * Whether the object store is what fails, so that the cause lies outside of the engine and may go
   * away while nothing of the request changes: a key that is wrong today, a bucket that is not
   * there yet.
   */
  public boolean isStoreTrouble() {
    return switch (code) {
      case "STORAGE_PERMISSION_DENIED",
          "STORAGE_BUCKET_NOT_FOUND",
          "STORAGE_UNAVAILABLE",
          "STORAGE_TIMEOUT",
          "STORAGE_RATE_LIMITED",
          "STORAGE_FULL",
          "STORAGE_ENCRYPTION_MISMATCH" ->
          true;
      default -> false;
    };
  }
}
