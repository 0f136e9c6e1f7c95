package io.dosql.operator.status;

import io.dosql.operator.pod.EngineError;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Turns the engine's error codes into reasons of conditions, with advice. */
public final class StoreTrouble {

  private static final String STORAGE_PREFIX = "STORAGE_";

  private StoreTrouble() {}

  /** {@code STORAGE_PERMISSION_DENIED} becomes {@code StorePermissionDenied}. */
  public static String reason(@Nullable String code) {
    if (code == null || code.isEmpty()) {
      return "StoreError";
    }
    return code.startsWith(STORAGE_PREFIX)
        ? "Store" + camelCase(code.substring(STORAGE_PREFIX.length()))
        : camelCase(code);
  }

  public static String message(EngineError error) {
    return EngineError.followedBy(error.message(), advice(error.code()));
  }

  /** What a person can do about it. */
  public static String advice(@Nullable String code) {
    return switch (code == null ? "" : code) {
      case "STORAGE_PERMISSION_DENIED" ->
          "Check the access key in the Secret under backup.store.s3.secretRef and what it may do"
              + " with the bucket; a corrected Secret is read within a minute or two.";
      case "STORAGE_BUCKET_NOT_FOUND" -> "Create the bucket, or correct backup.store.s3.bucket.";
      case "STORAGE_UNAVAILABLE", "STORAGE_TIMEOUT" ->
          "Check that backup.store.s3.endpoint is right and that the pod can reach it.";
      case "STORAGE_RATE_LIMITED" -> "The store asks for fewer requests; this heals by itself.";
      case "STORAGE_CHECKSUM_MISMATCH" -> "The stored object is damaged; use another backup.";
      default -> "See the engine pod's log.";
    };
  }

  private static String camelCase(String code) {
    StringBuilder words = new StringBuilder();
    for (String word : code.split("_", -1)) {
      if (!word.isEmpty()) {
        words.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
      }
    }
    return words.toString();
  }
}
