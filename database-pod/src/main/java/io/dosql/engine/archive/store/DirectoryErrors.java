package io.dosql.engine.archive.store;

import static io.dosql.engine.error.ErrorCode.STORAGE_BUCKET_NOT_FOUND;
import static io.dosql.engine.error.ErrorCode.STORAGE_FULL;
import static io.dosql.engine.error.ErrorCode.STORAGE_PERMISSION_DENIED;
import static io.dosql.engine.error.ErrorCode.STORAGE_UNAVAILABLE;

import io.dosql.engine.error.DosqlException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What went wrong with a folder of objects, as a code of ours with a message and advice. Pure. */
final class DirectoryErrors {

  private final Path root;

  DirectoryErrors(Path root) {
    this.root = root;
  }

  /**
   * The failure to throw for {@code cause}.
   *
   * @param action reads like "write"
   * @param key empty if it is about the folder
   */
  DosqlException translate(String action, String key, IOException cause) {
    String subject = key.isEmpty() ? root.toString() : root + "/" + key;
    String message = "Cannot %s %s: %s.".formatted(action, subject, reason(cause));
    return switch (cause) {
      case RootMissingException e ->
          new DosqlException(
                  STORAGE_BUCKET_NOT_FOUND, "The backup folder " + root + " does not exist.", e)
              .withSuggestion("Create the folder, or mount the volume that holds it.");
      case AccessDeniedException e ->
          new DosqlException(STORAGE_PERMISSION_DENIED, message, e)
              .withSuggestion("Let the pod's user read and write " + root + ".");
      case IOException e when isFull(e) ->
          new DosqlException(STORAGE_FULL, message, e)
              .withSuggestion("Enlarge the volume of " + root + ", or shorten the retention.");
      case IOException e when says(e, "Read-only file system") ->
          new DosqlException(STORAGE_PERMISSION_DENIED, message, e)
              .withSuggestion("Mount the volume of " + root + " so that it can be written.");
      default ->
          new DosqlException(STORAGE_UNAVAILABLE, message, cause)
              .withSuggestion("Check the volume of " + root + " and its free space.");
    };
  }

  private static boolean isFull(IOException failure) {
    return says(failure, "No space left on device") || says(failure, "Disk quota exceeded");
  }

  /** Java has no types for these, and passes the C library's words on. */
  private static boolean says(IOException failure, String words) {
    return failure.getMessage() != null && failure.getMessage().contains(words);
  }

  private static String reason(IOException cause) {
    return cause instanceof AccessDeniedException
        ? "permission denied"
        : cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }

  /** The folder itself is missing, as opposed to something in it. */
  static final class RootMissingException extends NoSuchFileException {
    private static final long serialVersionUID = 1L;

    RootMissingException(Path root) {
      super(root.toString());
    }
  }
}
