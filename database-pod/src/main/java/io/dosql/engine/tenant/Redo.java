package io.dosql.engine.tenant;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.CommitPart;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LoggedCommit;
import io.dosql.engine.log.PageImage;
import io.dosql.engine.log.PartReader;
import io.dosql.engine.log.TenantLoss;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recovery by redo: the database file as it is, plus every page image of the commits after the redo
 * point, in order. What the file held beyond the redo point (checkpoints that were not fsynced, or
 * torn ones) is overwritten, because every page that could have been checkpointed since is in one
 * of these commits. The {@code -wal} is never used: SQLite did not sync it. Nor is a rollback
 * journal, which SQLite would take for a transaction to undo in the file that redo has written.
 *
 * <p>Runs while no connection is open. Idempotent: a crash in the middle changes nothing, since the
 * state file moves last.
 */
final class Redo {

  private static final Logger LOG = LoggerFactory.getLogger(Redo.class);

  private final TenantName tenant;
  private final TenantFiles files;
  private final int pageSize;
  private final CommitLog log;

  Redo(TenantName tenant, TenantFiles files, int pageSize, CommitLog log) {
    this.tenant = tenant;
    this.files = files;
    this.pageSize = pageSize;
    this.log = log;
  }

  /**
   * Brings the database file up to the last commit in the log.
   *
   * @return what is durable now; written to the state file if anything was redone
   */
  TenantFiles.State run() throws IOException {
    TenantFiles.State state = files.readState();
    Files.deleteIfExists(files.wal());
    Files.deleteIfExists(files.sharedMemory());
    Files.deleteIfExists(files.journal());
    List<LoggedCommit> commits = log.commitsAfter(tenant.value(), state.checkpointedLsn());
    if (state.databasePages() == 0) {
      // Nothing of this file was ever made durable: redo starts from the empty database.
      Files.deleteIfExists(files.database());
    } else {
      checkFile(state);
    }
    if (commits.isEmpty()) {
      checkSize(state);
      return state;
    }
    TenantFiles.State redone = apply(commits, state);
    files.writeState(redone);
    LOG.info(
        "recovered tenant {}: redid {} commits, LSN {} to {}",
        tenant,
        commits.size(),
        state.checkpointedLsn() + 1,
        redone.checkpointedLsn());
    return redone;
  }

  /**
   * Brings the database file of a tenant that lost commits up to the last one that is proved, and
   * makes the last number that it can have used its redo point.
   *
   * <p>If a checkpoint was under way at the last crash, the file may hold pages of later commits.
   */
  void keepProven(TenantLoss loss) throws IOException {
    TenantFiles.State state = files.readState();
    Files.deleteIfExists(files.wal());
    Files.deleteIfExists(files.sharedMemory());
    List<LoggedCommit> commits =
        log.commitsUpTo(tenant.value(), state.checkpointedLsn(), loss.provenLsn());
    if (state.checkpointedLsn() == 0) {
      Files.deleteIfExists(files.database());
    } else {
      checkFile(state);
    }
    TenantFiles.State kept = apply(commits, state);
    // No number may come twice: neither those that are lost nor those that came after them.
    long used = Math.max(loss.lastLsn(), log.lastLsn(tenant.value()).orElse(0));
    files.writeState(
        new TenantFiles.State(Math.max(kept.checkpointedLsn(), used), kept.databasePages(), null));
  }

  private void checkFile(TenantFiles.State state) throws IOException {
    if (!Files.exists(files.database())) {
      throw new DamagedTenantException(
          "tenant %s: %s is missing, which held LSN %d; restore the tenant from a backup"
              .formatted(tenant, files.database(), state.checkpointedLsn()));
    }
  }

  /** With nothing to redo the file is as its last checkpoint left it. */
  private void checkSize(TenantFiles.State state) throws IOException {
    if (state.databasePages() == 0) {
      return;
    }
    long expected = state.databasePages() * pageSize;
    long actual = Files.size(files.database());
    if (actual != expected) {
      throw new DamagedTenantException(
          "tenant %s: %s has %d bytes, not the %d of LSN %d; restore the tenant from a backup"
              .formatted(tenant, files.database(), actual, expected, state.checkpointedLsn()));
    }
  }

  private TenantFiles.State apply(List<LoggedCommit> commits, TenantFiles.State state)
      throws IOException {
    long databasePages = state.databasePages();
    try (PartReader parts = log.partReader();
        FileChannel database =
            FileChannel.open(
                files.database(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (LoggedCommit commit : commits) {
        for (LogPosition position : commit.parts()) {
          CommitPart part = parts.read(position).part();
          checkPart(commit, part);
          for (PageImage page : part.pages()) {
            write(database, page);
          }
          databasePages = part.databaseSizePages();
        }
      }
      database.truncate(databasePages * pageSize);
      database.force(true);
    }
    files.syncNames();
    long lsn = commits.isEmpty() ? state.checkpointedLsn() : commits.getLast().lsn();
    return new TenantFiles.State(lsn, databasePages, null);
  }

  private void checkPart(LoggedCommit commit, CommitPart part) throws IOException {
    if (!part.tenant().equals(tenant.value())
        || part.lsn() != commit.lsn()
        || part.pageSizeBytes() != pageSize) {
      throw new DamagedTenantException(
          "the log has tenant %s, LSN %d, page size %d where tenant %s, LSN %d, page size %d belongs"
              .formatted(
                  part.tenant(), part.lsn(), part.pageSizeBytes(), tenant, commit.lsn(), pageSize));
    }
  }

  private void write(FileChannel database, PageImage page) throws IOException {
    ByteBuffer image = page.content().duplicate();
    long offset = (page.number() - 1) * pageSize;
    while (image.hasRemaining()) {
      offset += database.write(image, offset);
    }
  }
}
