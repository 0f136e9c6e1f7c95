package io.dosql.engine.archive.restore;

import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.ChainFile;
import io.dosql.engine.archive.ltx.CorruptLtxException;
import io.dosql.engine.archive.ltx.LtxApply;
import io.dosql.engine.archive.ltx.LtxHeader;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;

/**
 * Makes the database file that a {@link RestorePlan} describes: the files of the chain one after
 * the other, then the commits from log objects, while the next few of both are read ahead.
 *
 * <p>Trusts nothing: every file is verified to its end, must continue what is there and end with
 * the LSN of its name; every commit must follow the one before; the last one must be the plan's.
 * Memory: that of {@link PlannedReads} for each call, whatever the size, and of {@link
 * OpenedObjects}. Any number of threads, each with a call of its own.
 */
public final class StateBuilder {

  private static final int BUFFER_BYTES = 1 << 16;

  private final ChainCatalog chains;
  private final OpenedObjects objects;
  private final int pageBytes;
  private final Path scratch;

  /**
   * @param objects those of the plan are among them, or are opened
   * @param pageBytes of every database
   * @param scratch an existing folder for temporary files
   */
  StateBuilder(ChainCatalog chains, OpenedObjects objects, int pageBytes, Path scratch) {
    this.chains = chains;
    this.objects = objects;
    this.pageBytes = pageBytes;
    this.scratch = scratch;
  }

  /**
   * Makes the file. On return it is complete and fsynced, though its folder is not; on failure it
   * is gone again. A plan without commits gives an empty file, which is an empty database.
   *
   * @param target must not exist
   * @param progress told how many bytes more were read from the store
   * @throws IOException when the local disk fails
   * @throws DosqlException when the store fails; {@code STORAGE_CHECKSUM_MISMATCH} naming the
   *     object, and {@code STORAGE_NOT_FOUND} when it is gone
   */
  public void build(RestorePlan plan, Path target, LongConsumer progress) throws IOException {
    if (plan.isEmpty()) {
      try (FileChannel empty =
          FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        empty.force(true);
      }
      return;
    }
    try (DatabaseFile database = new DatabaseFile(target, pageBytes);
        PlannedReads reads = new PlannedReads(plan, chains, objects)) {
      long lsn = applyFiles(plan, reads, database, progress);
      lsn = applyCommits(plan, reads, lsn, database, progress);
      if (lsn != plan.lsn()) {
        throw mismatch(
            "what %s holds of tenant %s".formatted(plan.line(), plan.tenant()),
            "LSN " + plan.lsn(),
            "LSN " + lsn);
      }
      database.force();
    } catch (IOException | RuntimeException failure) {
      deleteAfter(failure, target);
      throw failure;
    }
  }

  /**
   * Size of the file that {@link #build} makes of a plan: from what the last log object holds of
   * the tenant, or from the beginning of a file of the chain.
   *
   * @throws DosqlException as {@link #build}
   */
  public long databaseBytes(RestorePlan plan) {
    if (plan.isEmpty()) {
      return 0;
    }
    for (LogSlice slice : plan.slices().reversed()) {
      long pages = pagesAfter(plan, objects.open(slice.number()));
      if (pages > 0) {
        return pages * pageBytes;
      }
    }
    return chains.databaseBytes(plan.tenant(), plan.files().getLast());
  }

  /** 0 if no commit of the plan ends in the object. */
  private static long pagesAfter(RestorePlan plan, SeenObject object) {
    long[] pages = {0};
    object
        .index()
        .find(plan.tenant())
        .filter(entry -> entry.firstCommit() > 0 && entry.firstCommit() <= plan.lsn())
        .ifPresent(
            entry ->
                object.visitParts(
                    entry,
                    part -> {
                      if (part.part().isLast() && part.part().lsn() <= plan.lsn()) {
                        pages[0] = part.part().databaseSizePages();
                      }
                    }));
    return pages[0];
  }

  private long applyFiles(
      RestorePlan plan, PlannedReads reads, DatabaseFile database, LongConsumer progress)
      throws IOException {
    long lsn = 0;
    for (ChainFile file : plan.files()) {
      try (InputStream in = new BufferedInputStream(reads.nextFile(), BUFFER_BYTES)) {
        lsn = applyFile(plan, file, lsn, in, database);
      }
      progress.accept(file.bytes());
    }
    return lsn;
  }

  private long applyFile(
      RestorePlan plan, ChainFile file, long lsn, InputStream in, DatabaseFile database)
      throws IOException {
    String key = chains.key(plan.tenant(), file);
    LtxHeader header;
    try {
      header = LtxApply.apply(key, in, database);
    } catch (CorruptLtxException e) {
      throw new DosqlException(ErrorCode.STORAGE_CHECKSUM_MISMATCH, e.getMessage() + ".", e);
    }
    if (header.minTxid() != file.minLsn() || header.maxTxid() != file.maxLsn()) {
      throw mismatch(
          key,
          "LSN %d to %d".formatted(file.minLsn(), file.maxLsn()),
          "%d to %d".formatted(header.minTxid(), header.maxTxid()));
    }
    if (header.minTxid() > lsn + 1) {
      throw mismatch(key, "a continuation of LSN " + lsn, "LSN " + header.minTxid());
    }
    return header.maxTxid();
  }

  private long applyCommits(
      RestorePlan plan, PlannedReads reads, long lsn, DatabaseFile database, LongConsumer progress)
      throws IOException {
    try (CommitApplier applier = new CommitApplier(database, lsn, plan.lsn(), scratch)) {
      for (LogSlice slice : plan.slices()) {
        try (SliceAhead ahead = reads.nextSlice()) {
          ahead.visitParts(applier::add);
        }
        progress.accept(slice.bytes());
      }
      if (applier.isUnfounded()) {
        throw mismatch(
            "what %s holds of tenant %s".formatted(plan.line(), plan.tenant()),
            "all that LSN %d needs".formatted(applier.lsn()),
            "a part of it");
      }
      return applier.lsn();
    }
  }

  private static DosqlException mismatch(String where, String expected, String found) {
    return new DosqlException(
        ErrorCode.STORAGE_CHECKSUM_MISMATCH,
        "%s should be %s, but is %s.".formatted(where, expected, found));
  }

  private static void deleteAfter(Exception failure, Path target) {
    if (failure instanceof FileAlreadyExistsException) {
      return;
    }
    try {
      boolean _ = Files.deleteIfExists(target);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
