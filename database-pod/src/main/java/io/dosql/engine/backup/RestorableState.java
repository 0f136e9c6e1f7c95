package io.dosql.engine.backup;

import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.SnapshotFetcher;
import io.dosql.engine.archive.restore.RestorePlan;
import io.dosql.engine.archive.restore.StateBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.LongConsumer;

/** A tenant's state in the archive that a restore can bring back. */
sealed interface RestorableState {

  String tenant();

  /** The line that the LSN counts in. */
  String line();

  /** 0 for a tenant without commits. */
  long lsn();

  /** Of the state. */
  Instant time();

  /** To be read from the store. */
  long bytes();

  /** How many objects are read. */
  int objects();

  /** Size of the database file; may have to read a little for it. */
  long databaseBytes();

  /** As errors, the log and the tenant's record of restores name it. */
  String origin();

  /**
   * Makes a verified and fsynced database file of it.
   *
   * @param target must not exist
   * @param progress told how many bytes more were read
   */
  void fetch(Path target, LongConsumer progress) throws IOException;

  default boolean isEmpty() {
    return lsn() == 0;
  }

  /** What a backup holds, or what another restore saved. */
  record BackedUp(BackupSet set, BackupManifest manifest, SnapshotFetcher fetcher)
      implements RestorableState {

    @Override
    public String tenant() {
      return manifest.tenant();
    }

    @Override
    public String line() {
      return manifest.line();
    }

    @Override
    public long lsn() {
      return manifest.lsn();
    }

    @Override
    public Instant time() {
      return manifest.time();
    }

    @Override
    public long bytes() {
      return manifest.objectBytes();
    }

    @Override
    public int objects() {
      return manifest.isEmpty() ? 0 : 1;
    }

    @Override
    public long databaseBytes() {
      return manifest.databaseBytes();
    }

    @Override
    public String origin() {
      return set.kind() == BackupSet.Kind.BACKUP ? set.name() : set.toString();
    }

    @Override
    public void fetch(Path target, LongConsumer progress) throws IOException {
      fetcher.fetch(manifest, target);
      progress.accept(manifest.objectBytes());
    }
  }

  /** A moment of the archived history. */
  record Archived(RestorePlan plan, StateBuilder builder) implements RestorableState {

    @Override
    public String tenant() {
      return plan.tenant();
    }

    @Override
    public String line() {
      return plan.line();
    }

    @Override
    public long lsn() {
      return plan.lsn();
    }

    @Override
    public Instant time() {
      return plan.time();
    }

    @Override
    public long bytes() {
      return plan.bytes();
    }

    @Override
    public int objects() {
      return plan.objects();
    }

    @Override
    public long databaseBytes() {
      return builder.databaseBytes(plan);
    }

    @Override
    public String origin() {
      return "line " + plan.line();
    }

    @Override
    public void fetch(Path target, LongConsumer progress) throws IOException {
      builder.build(plan, target, progress);
    }
  }
}
