package io.dosql.engine.archive;

import io.dosql.engine.error.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of the complete backups, newest first.
 *
 * @param next name to ask for the next page after, or null on the last
 * @param unreadable backups of the whole store whose summary is damaged or of a later release
 */
public record BackupPage(
    List<BackupSummary> backups, @Nullable String next, List<Unreadable> unreadable) {

  /** A backup that is there but cannot be listed. */
  public record Unreadable(String name, ErrorCode code, String message) {}

  public BackupPage {
    backups = List.copyOf(backups);
    unreadable = List.copyOf(unreadable);
  }
}
