package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.ArchiveLine;
import io.dosql.engine.archive.ArchiveLines;
import io.dosql.engine.archive.ArchiveLines.Begun;
import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.line.LineContent;
import io.dosql.engine.archive.line.LineRetention;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.log.LogRetention;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes lines that have ended and are out of the window, one after the other, in tasks of a few
 * requests. Before anything of a line goes the store hears that it is retired. A line of which
 * backups need snapshots keeps those and its documents; when they have been pruned, the documents
 * go.
 *
 * <p>A task that fails can be repeated, and what a process leaves behind the next one finishes. One
 * thread.
 */
final class LineDeletion {

  private static final Logger LOG = LoggerFactory.getLogger(LineDeletion.class);

  private static final int BATCH_MAX = 1000;

  private final ArchiveLines lines;
  private final ObjectStore store;
  private final ArchiveLayout layout;
  private final BackupCatalog backups;
  private final ChainContext context;
  private final String own;
  private final int batchMax;

  /** Documents never change, so each is read once. */
  private final Map<String, Begun> documents = new HashMap<>();

  /** Lines of which only snapshots are left that backups needed when this process asked. */
  private final Set<String> leftToBackups = new HashSet<>();

  private @Nullable Pass due;

  /** Lines that are to go, in this order. */
  private final Deque<String> going = new ArrayDeque<>();

  private Instant limit = Instant.MIN;
  private @Nullable Work work;

  /**
   * What a pass decides by.
   *
   * @param limit everything from that moment on stays restorable
   * @param wholeFrom of the own line
   */
  private record Pass(Instant limit, Optional<Instant> wholeFrom) {}

  /** The line that is being deleted. */
  private static final class Work {
    final LineContent content;

    /** Sizes of snapshots that backups have to be asked for. */
    final Map<String, Long> snapshots = new TreeMap<>();

    boolean hasLogObjects = true;
    boolean hasChains = true;
    boolean hasDeletions = true;

    /** Whether everything that was found is a snapshot or has gone. */
    boolean isOrdinary = true;

    @Nullable String next;

    Work(LineContent content) {
      this.content = content;
    }
  }

  LineDeletion(ChainContext context) {
    this(context, BATCH_MAX);
  }

  LineDeletion(ChainContext context, int batchMax) {
    this.context = context;
    this.lines = new ArchiveLines(context.store(), context.layout());
    this.store = context.store();
    this.layout = context.layout();
    this.backups = context.backups();
    this.own = context.logObjects().line();
    this.batchMax = batchMax;
  }

  /** Decides anew, unless something is still to be done. */
  void begin(Instant keptFrom, Optional<Instant> wholeFrom) {
    if (!hasWork()) {
      due = new Pass(keptFrom, wholeFrom);
    }
  }

  boolean hasWork() {
    return due != null || !going.isEmpty();
  }

  /** Does one task, if there is any; false if that has to wait for a backup. */
  boolean step() {
    Pass pass = due;
    if (pass != null) {
      limit = pass.limit();
      going.addAll(decide(pass));
      due = null;
      return true;
    }
    if (going.isEmpty()) {
      return true;
    }
    String line = going.getFirst();
    Work current = work;
    if (current == null) {
      open(line);
    } else if (current.hasLogObjects) {
      context.rate().acquire();
      int deleted = current.content.deleteLogObjects();
      current.hasLogObjects = deleted > 0;
      count(deleted);
    } else if (current.snapshots.size() >= batchMax
        || (!current.hasChains && !current.snapshots.isEmpty())) {
      return deleteSnapshots(current);
    } else if (current.hasChains) {
      deleteChains(line, current);
    } else if (current.hasDeletions) {
      context.rate().acquire();
      int deleted = current.content.deleteDeletions();
      current.hasDeletions = deleted > 0;
      count(deleted);
    } else {
      close(line, current.isOrdinary);
    }
    return true;
  }

  private List<String> decide(Pass pass) {
    List<Begun> begun = new ArrayList<>();
    context.rate().acquire();
    List<String> names = lines.names();
    documents.keySet().retainAll(names);
    leftToBackups.retainAll(names);
    for (String line : names) {
      if (!documents.containsKey(line)) {
        context.rate().acquire();
        lines.findBegun(line).ifPresent(found -> documents.put(line, found));
      }
      Begun document = documents.get(line);
      if (document != null) {
        begun.add(document);
      }
    }
    return new LineRetention(pass.limit(), context.limits().lineMargin())
        .excess(begun, own, new StoredFacts(pass));
  }

  private void open(String line) {
    if (leftToBackups.contains(line)) {
      close(line, true);
      return;
    }
    LogRetention log = log(line);
    Optional<LogRetention.Extent> extent = log.extent();
    if (extent.filter(there -> !there.newest().isBefore(limit)).isPresent()) {
      throw new DosqlException(
              ErrorCode.STORAGE_CONFLICT,
              "the line %s, which is being deleted, was written again at %s"
                  .formatted(line, extent.orElseThrow().newest()))
          .withSuggestion("Another engine writes under the same prefix; stop it.");
    }
    context.rate().acquire();
    lines.retire(line, context.clock().instant());
    LOG.info("the archive line {} is out of the window and is deleted", line);
    work = new Work(new LineContent(store, layout, line, limit, batchMax));
  }

  private void deleteChains(String line, Work current) {
    context.rate().acquire();
    LineContent.Batch batch = current.content.deleteChains(current.next);
    current.next = batch.next();
    current.hasChains = batch.next() != null;
    current.snapshots.putAll(batch.snapshots());
    if (!batch.kept().isEmpty()) {
      current.isOrdinary = false;
      LOG.warn("{} stays in the line {}, which is deleted", batch.kept().getFirst(), line);
    }
    count(batch.deleted());
  }

  private boolean deleteSnapshots(Work current) {
    context.rate().acquire();
    OptionalInt deleted = backups.deleteUnreferenced(current.snapshots);
    if (deleted.isEmpty()) {
      return false;
    }
    count(deleted.getAsInt());
    current.snapshots.clear();
    return true;
  }

  /** What is left of a line is either nothing, or for backups. */
  private void close(String line, boolean isOrdinary) {
    context.rate().acquire();
    if (lines.hasOnlyDocuments(line)) {
      lines.forget(line);
      leftToBackups.remove(line);
      LOG.info("the archive line {} is deleted", line);
      context.progress().retention(RetentionStatus::withLineDeleted);
    } else if (isOrdinary) {
      // From now on whoever prunes backups deletes their snapshots.
      leftToBackups.add(line);
    }
    work = null;
    going.removeFirst();
  }

  private void count(int deleted) {
    context.progress().retention(status -> status.withDeleted(deleted));
  }

  private LogRetention log(String line) {
    return new LogRetention(new LogObjects(store, layout, line), context.rate()::acquire);
  }

  private final class StoredFacts implements LineRetention.Facts {

    private final Pass pass;

    StoredFacts(Pass pass) {
      this.pass = pass;
    }

    @Override
    public boolean isRetired(String line) {
      context.rate().acquire();
      return lines.isRetired(line);
    }

    @Override
    public Optional<Instant> newest(String line) {
      return log(line).extent().map(LogRetention.Extent::newest);
    }

    @Override
    public Optional<Instant> wholeFrom(Begun line) {
      ArchiveLine document = line.document();
      context.rate().acquire();
      if (!lines.isWhole(document)) {
        return Optional.empty();
      }
      if (document.line().equals(own)) {
        return pass.wholeFrom();
      }
      LogRetention log = log(document.line());
      try {
        return log.extent().flatMap(log::wholeFrom);
      } catch (DosqlException damaged) {
        if (damaged.code() != ErrorCode.STORAGE_CHECKSUM_MISMATCH) {
          throw damaged;
        }
        // What is damaged proves nothing.
        return Optional.empty();
      }
    }
  }
}
