package io.dosql.engine.archive.line;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.chain.ChainFile;
import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Deletes what a line holds that has ended, a batch at a time.
 *
 * <p>Whoever restores from the line meanwhile, or from what an interrupted deletion has left, gets
 * a state as it was, or an error, and never one that lacks commits. That takes this order:
 *
 * <ol>
 *   <li>Log objects, the oldest first. Chains are whole as long as there is one, as its header
 *       says; that objects are missing before it is known from their numbers. If the newest went
 *       first, an older one would seem to be the end of all that was committed. Of a batch some may
 *       go before others, so the newest one is a batch of its own.
 *   <li>Files of chains. Without a log object nobody takes a chain for whole, and only what leads
 *       to a commit without a gap is used. If a file went earlier, the header of a log object would
 *       still say that its commits are in the chain.
 *   <li>Snapshots, of which backups may need some: the caller asks them.
 *   <li>What tells of deleted tenants.
 * </ol>
 *
 * <p>Failures are {@link DosqlException}, as those of the store. One thread.
 */
public final class LineContent {

  private final ObjectStore store;
  private final ArchiveLayout layout;
  private final String line;
  private final Instant limit;
  private final int batchMax;
  private final LogObjects objects;

  /**
   * @param limit when the line had ended, by the store's clock: what is there from later on has
   *     another writer
   * @param batchMax objects of one batch, from 2
   */
  public LineContent(
      ObjectStore store, ArchiveLayout layout, String line, Instant limit, int batchMax) {
    if (batchMax < 2) {
      throw new IllegalArgumentException("a batch is of 2 objects at least: " + batchMax);
    }
    this.store = store;
    this.layout = layout;
    this.line = line;
    this.limit = limit;
    this.batchMax = batchMax;
    this.objects = new LogObjects(store, layout, line);
  }

  /**
   * Deletes the next log objects: one listing and one deletion.
   *
   * @return how many; 0 if there is none
   * @throws DosqlException {@code STORAGE_CONFLICT} if somebody writes the line
   */
  public int deleteLogObjects() {
    List<LogObjects.Stored> oldest = objects.listAfter(0).limit(batchMax).toList();
    for (LogObjects.Stored object : oldest) {
      if (!object.modified().isBefore(limit)) {
        throw isWritten(objects.key(object.number()));
      }
    }
    List<Long> numbers = oldest.stream().map(LogObjects.Stored::number).toList();
    List<Long> going = numbers.size() > 1 ? numbers.subList(0, numbers.size() - 1) : numbers;
    if (!going.isEmpty()) {
      objects.delete(going);
    }
    return going.size();
  }

  private DosqlException isWritten(String key) {
    return new DosqlException(
            ErrorCode.STORAGE_CONFLICT,
            "%s was written after the line %s had ended.".formatted(key, line))
        .withSuggestion(
            "Another engine writes under the same prefix; stop it. What is left of the line stays.");
  }

  /**
   * Deletes what says that tenants were deleted: one listing and one deletion.
   *
   * @return how many; 0 if there is none
   */
  public int deleteDeletions() {
    Iterator<ObjectInfo> found = store.list(layout.absolute(layout.deletions(line)), null);
    List<String> going = new ArrayList<>();
    while (going.size() < batchMax && found.hasNext()) {
      going.add(found.next().key());
    }
    if (!going.isEmpty()) {
      store.delete(going);
    }
    return going.size();
  }

  /**
   * What was found of chains in a batch.
   *
   * @param deleted files that are deleted
   * @param snapshots sizes of those that may go if no backup needs them, by their keys in the store
   * @param kept what is too new, or is no file of a chain
   * @param next where the next batch begins; null if this was the last one
   */
  public record Batch(
      int deleted, Map<String, Long> snapshots, List<String> kept, @Nullable String next) {

    public Batch {
      snapshots = Map.copyOf(snapshots);
      kept = List.copyOf(kept);
    }
  }

  /**
   * Deletes the next files of chains but for snapshots: a listing for the log, one for the files,
   * and one deletion.
   *
   * @param after the batch before; null for the first
   * @throws DosqlException {@code STORAGE_CONFLICT} if there is a log object, so that somebody
   *     writes the line
   */
  public Batch deleteChains(@Nullable String after) {
    objects
        .listAfter(0)
        .findFirst()
        .ifPresent(
            object -> {
              throw isWritten(objects.key(object.number()));
            });
    List<String> going = new ArrayList<>();
    Map<String, Long> snapshots = new TreeMap<>();
    List<String> kept = new ArrayList<>();
    Iterator<ObjectInfo> found = store.list(layout.absolute(layout.tenants(line)), after);
    String last = null;
    for (int i = 0; i < batchMax && found.hasNext(); i++) {
      ObjectInfo object = found.next();
      last = object.key();
      Optional<ChainFile> file = file(object).filter(it -> it.modified().isBefore(limit));
      if (file.isEmpty()) {
        kept.add(object.key());
      } else if (file.get().level() == ChainLevel.SNAPSHOT) {
        Long _ = snapshots.put(object.key(), object.sizeBytes());
      } else {
        going.add(object.key());
      }
    }
    boolean isLast = !found.hasNext();
    if (!going.isEmpty()) {
      store.delete(going);
    }
    return new Batch(going.size(), snapshots, kept, isLast ? null : last);
  }

  private Optional<ChainFile> file(ObjectInfo object) {
    String folder = layout.absolute(layout.tenants(line));
    String rest = object.key().substring(folder.length());
    String tenant = rest.substring(0, Math.max(0, rest.indexOf('/')));
    if (!ArchiveLayout.isTenant(tenant)) {
      return Optional.empty();
    }
    for (ChainLevel level : ChainLevel.values()) {
      String files = layout.absolute(layout.level(line, tenant, level.number()));
      if (object.key().startsWith(files)) {
        return ChainFile.parse(
            level,
            object.key().substring(files.length()),
            object.sizeBytes(),
            object.lastModified());
      }
    }
    return Optional.empty();
  }
}
