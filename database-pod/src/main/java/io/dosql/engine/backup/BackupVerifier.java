package io.dosql.engine.backup;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.BackupSummary;
import io.dosql.engine.archive.SnapshotFetcher;
import io.dosql.engine.archive.TableRows;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteException;
import io.dosql.engine.sqlite.SqliteStatement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proves a backup by restoring it: every tenant in turn is fetched into the scratch folder (which
 * checks size, SHA-256, the format's checksums and the LSN), checked by SQLite itself, and its rows
 * are counted and compared with what was recorded when the backup was taken.
 *
 * <p>Rows that violate foreign keys are told, but fail nothing: the database held them, and the
 * backup is true to it. One tenant is on the disk at a time, twice. One thread.
 */
public final class BackupVerifier {

  private static final Logger LOG = LoggerFactory.getLogger(BackupVerifier.class);

  /** How many failures a verdict tells of. */
  private static final int FAILURES_MAX = 5;

  /**
   * What a verification found.
   *
   * @param ok whether the backup restores to what it was
   * @param retryable whether nothing is known of it, because the store could not be used
   * @param message a sentence for people
   * @param tenants of the backup
   * @param verified tenants that were found good
   * @param failures the first few
   */
  public record Verdict(
      String backup,
      boolean ok,
      boolean retryable,
      String message,
      int tenants,
      int verified,
      List<Failure> failures) {

    public Verdict {
      failures = List.copyOf(failures);
    }
  }

  /** Why a tenant of the backup is not what it was. */
  public record Failure(String tenant, String lsn, String message) {}

  private final BackupCatalog catalog;
  private final SnapshotFetcher fetcher;
  private final Scratch scratch;

  /** {@code scratch}: an existing folder. */
  public BackupVerifier(BackupCatalog catalog, Path scratch) {
    this.catalog = catalog;
    this.fetcher = new SnapshotFetcher(catalog, scratch);
    this.scratch = new Scratch(scratch);
  }

  /** Verifies a complete backup; never throws for what is wrong with it or with the store. */
  public Verdict verify(String backup) {
    try {
      BackupSet set = ArchiveBackups.set(() -> BackupSet.backup(backup));
      return verify(set, catalog.require(backup));
    } catch (DosqlException failure) {
      return new Verdict(
          backup,
          false,
          failure.code().retryable(),
          failure.code() + ": " + failure.getMessage(),
          0,
          0,
          List.of());
    }
  }

  private Verdict verify(BackupSet set, BackupSummary summary) {
    List<Failure> failures = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    List<BackupManifest> manifests = catalog.manifests(set);
    int verified = 0;
    for (BackupManifest manifest : manifests) {
      try {
        long violations = verify(manifest);
        verified++;
        if (violations > 0) {
          notes.add(
              "tenant %s holds %d rows that violate foreign keys"
                  .formatted(manifest.tenant(), violations));
        }
      } catch (DosqlException failure) {
        if (failure.code().retryable()) {
          throw failure;
        }
        LOG.error("tenant {} of {}: {}", manifest.tenant(), set, failure.getMessage());
        failures.add(
            new Failure(
                manifest.tenant(), Long.toString(manifest.lsn()), "" + failure.getMessage()));
      }
    }
    boolean ok = failures.isEmpty() && manifests.size() == summary.tenants();
    return new Verdict(
        set.name(),
        ok,
        false,
        message(summary, manifests.size(), failures, notes),
        summary.tenants(),
        verified,
        failures.subList(0, Math.min(failures.size(), FAILURES_MAX)));
  }

  private static String message(
      BackupSummary summary, int found, List<Failure> failures, List<String> notes) {
    if (found != summary.tenants()) {
      return "the backup should hold %d tenants, but has the manifests of %d"
          .formatted(summary.tenants(), found);
    }
    if (!failures.isEmpty()) {
      Failure first = failures.getFirst();
      return "%d of %d tenants cannot be restored to what they were; tenant %s: %s"
          .formatted(failures.size(), found, first.tenant(), first.message());
    }
    String restored =
        "all %d tenants were restored and found to be what they were".formatted(found);
    return notes.isEmpty() ? restored : restored + "; " + String.join("; ", notes);
  }

  /** Returns how many rows violate foreign keys. */
  private long verify(BackupManifest manifest) {
    if (manifest.isEmpty()) {
      return 0;
    }
    Path file = scratch.newDatabase("verify");
    try {
      fetcher.fetch(manifest, file);
      try (RestoredFile restored = new RestoredFile(manifest.tenant(), file)) {
        restored.check();
        compareRows(manifest, RowCounts.of(restored.sqlite()));
        return violations(restored.sqlite());
      }
    } catch (SqliteException unreadable) {
      throw failed(manifest, "SQLite cannot read it: " + unreadable.getMessage());
    } catch (IOException failure) {
      throw Scratch.failure("verifying", manifest.tenant(), failure);
    } finally {
      Scratch.delete(file);
    }
  }

  private static void compareRows(BackupManifest manifest, List<TableRows> found) {
    Map<String, Long> rows = new HashMap<>();
    found.forEach(table -> rows.put(table.table(), table.rows()));
    for (TableRows table : manifest.tables()) {
      Long now = rows.remove(table.table());
      if (now == null) {
        throw failed(manifest, "the table %s is missing".formatted(table.table()));
      }
      if (now != table.rows()) {
        throw failed(
            manifest,
            "the table %s has %d rows, it had %d".formatted(table.table(), now, table.rows()));
      }
    }
    if (!rows.isEmpty()) {
      throw failed(manifest, "it has the table %s more".formatted(rows.keySet().iterator().next()));
    }
  }

  private static long violations(SqliteConnection sqlite) {
    long violations = 0;
    try (SqliteStatement check = sqlite.prepare("PRAGMA foreign_key_check")) {
      while (check.step()) {
        violations++;
      }
    }
    return violations;
  }

  private static DosqlException failed(BackupManifest manifest, String reason) {
    return new DosqlException(
        ErrorCode.RESTORE_FAILED,
        "what the backup holds of tenant %s is not what it was: %s"
            .formatted(manifest.tenant(), reason));
  }
}
