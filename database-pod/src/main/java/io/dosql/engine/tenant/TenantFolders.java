package io.dosql.engine.tenant;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.log.CommitLog;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder with the tenants' folders, and how one comes, goes, or is exchanged: each by one
 * rename, so that a crash leaves it before or after.
 *
 * <pre>
 *   NAME/                          a tenant
 *   .new.NAME/                     one that is being made; counts from the moment that its state
 *                                  file tells of content. Then it takes the name's place, at the
 *                                  latest at the start of the pod
 *   .deleted.NAME.LSN.POSITION/    a deleted one. Commits of NAME up to LSN are void, and a new
 *                                  tenant of that name counts on from there; the log has none of
 *                                  them behind POSITION. Kept while the log reaches back that far
 *   .damaged.NAME.MILLIS/          files that a restore has moved aside; the engine never reads them
 *   .copy.NAME.db                  a copy on its way into a clone
 *   .floor.json                    no new tenant counts from less: the highest LSN of those
 *                                  deleted ones that are forgotten
 * </pre>
 *
 * <p>So no LSN of a name is ever used twice, whatever is deleted and made again: backups and
 * whatever reads the log know a state of a tenant by its LSN.
 *
 * <p>Thread safe; calls for one name come one at a time, from its tenant.
 */
final class TenantFolders {

  private static final Logger LOG = LoggerFactory.getLogger(TenantFolders.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int VERSION = 1;

  private static final String NEW = ".new.";
  private static final String COPY = ".copy.";
  private static final String DAMAGED = ".damaged.";
  private static final String DELETED = ".deleted.";
  private static final Pattern TOMBSTONE =
      Pattern.compile("\\.deleted\\.([a-z0-9-]+)\\.([0-9]{1,19})\\.([0-9]{1,19})");

  private record Floor(@JsonProperty("version") int version, @JsonProperty("lsn") long lsn) {}

  /** Hears what was done to the files, a step at a time; for tests that crash in between. */
  @FunctionalInterface
  interface Steps {
    void done(String step);

    Steps UNHEARD = step -> {};
  }

  /** What is left of a deleted tenant. */
  private record Tombstone(TenantName tenant, long lsn, long position, Path folder) {}

  private final Path folder;
  private final CommitLog log;
  private final Steps steps;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock, as are the files that it tells of. */
  private final List<Tombstone> tombstones = new ArrayList<>();

  /** Guarded by the lock: the highest LSN per deleted name; what {@link #tombstones} hold. */
  private final Map<TenantName, Long> deleted = new HashMap<>();

  /** Guarded by the lock. */
  private long floor;

  private TenantFolders(Path folder, CommitLog log, Steps steps) {
    this.folder = folder;
    this.log = log;
    this.steps = steps;
  }

  /** What the folder holds, brought to an end where a crash interrupted it. */
  record Found(TenantFolders folders, List<TenantName> tenants) {}

  /** Makes the folder if it is not there, and finds what is in it. */
  static Found open(Path folder, CommitLog log, Steps steps) throws IOException {
    Files.createDirectories(folder);
    DurableFiles.syncFolderOf(folder);
    TenantFolders folders = new TenantFolders(folder, log, steps);
    return new Found(folders, folders.find());
  }

  private List<TenantName> find() throws IOException {
    List<TenantName> tenants = new ArrayList<>();
    List<TenantName> unfinished = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (TenantName.isValid(name)) {
          tenants.add(new TenantName(name));
        } else if (name.startsWith(DELETED)) {
          found(entry);
        } else if (name.startsWith(NEW) && TenantName.isValid(name.substring(NEW.length()))) {
          unfinished.add(new TenantName(name.substring(NEW.length())));
        } else if (name.startsWith(COPY)) {
          Files.delete(entry);
        }
      }
    }
    floor = readFloor();
    for (Tombstone tombstone : tombstones) {
      empty(tombstone.folder());
      log.checkpointed(tombstone.tenant().value(), tombstone.lsn());
    }
    for (TenantName name : unfinished) {
      if (resolve(name) && !tenants.contains(name)) {
        tenants.add(name);
      }
    }
    forgetOldTombstones();
    return tenants;
  }

  private void found(Path entry) throws IOException {
    Matcher parts = TOMBSTONE.matcher(entry.getFileName().toString());
    if (!parts.matches() || !TenantName.isValid(parts.group(1))) {
      throw new IOException(entry + " is not the folder of a deleted tenant");
    }
    add(
        new Tombstone(
            new TenantName(parts.group(1)),
            Long.parseLong(parts.group(2)),
            Long.parseLong(parts.group(3)),
            entry));
  }

  private void add(Tombstone tombstone) {
    tombstones.add(tombstone);
    long _ = deleted.merge(tombstone.tenant(), tombstone.lsn(), Math::max);
  }

  /** At the start: ends what a crash interrupted; whether the new tenant counts. */
  private boolean resolve(TenantName name) throws IOException {
    if (isWhole(name)) {
      LOG.info("tenant {}: what was being made when the process ended is whole", name);
      Path _ = install(name);
      return true;
    }
    discard(name);
    return false;
  }

  private boolean isWhole(TenantName name) {
    try {
      return beingMade(name).readState().databasePages() > 0;
    } catch (IOException unreadable) {
      LOG.warn("tenant {}: what was being made is discarded", name, unreadable);
      return false;
    }
  }

  Path folder() {
    return folder;
  }

  TenantFiles files(TenantName name) {
    return new TenantFiles(folder.resolve(name.value()));
  }

  /** The files of a tenant that is being made, beside the one that it may replace. */
  private TenantFiles beingMade(TenantName name) {
    return new TenantFiles(folder.resolve(NEW + name.value()));
  }

  Path copyFor(TenantName name) {
    return folder.resolve(COPY + name.value() + ".db");
  }

  /** The LSN from which a new tenant of this name counts; its first commit is the next one. */
  long baseLsn(TenantName name) {
    lock.lock();
    try {
      return Math.max(floor, deleted.getOrDefault(name, 0L));
    } finally {
      lock.unlock();
    }
  }

  /** The LSN that the newest deletion took of each name of which the log may have commits. */
  Map<String, Long> deleted() {
    lock.lock();
    try {
      Map<String, Long> found = new HashMap<>();
      deleted.forEach((name, lsn) -> found.put(name.value(), lsn));
      return found;
    } finally {
      lock.unlock();
    }
  }

  /** Makes an empty tenant unless it is there. Durable on return. */
  void make(TenantName name) throws IOException {
    TenantFiles files = files(name);
    if (Files.isDirectory(files.folder())) {
      return;
    }
    long base = baseLsn(name);
    if (base == 0) {
      files.create();
      return;
    }
    // Never a folder without what it counts from.
    TenantFiles _ = prepare(name, base);
    rename(folder.resolve(NEW + name.value()), files.folder());
  }

  /** An empty tenant to be filled and {@link #install}ed; what an earlier attempt left is gone. */
  TenantFiles prepare(TenantName name, long base) throws IOException {
    discard(name);
    TenantFiles files = beingMade(name);
    files.create();
    done("made " + files.folder().getFileName());
    files.writeState(new TenantFiles.State(base, 0, ""));
    done("wrote its state");
    return files;
  }

  /**
   * Gives a tenant that was made its name. Durable on return.
   *
   * @return where the files are now that had the name; the folder itself if there were none
   */
  Path install(TenantName name) throws IOException {
    Path place = files(name).folder();
    Path aside = place;
    if (Files.isDirectory(place)) {
      aside = folder.resolve(DAMAGED + name.value() + "." + System.currentTimeMillis());
      rename(place, aside);
    }
    rename(folder.resolve(NEW + name.value()), place);
    return aside;
  }

  /** Removes a tenant that was being made. */
  void discard(TenantName name) throws IOException {
    remove(folder.resolve(NEW + name.value()));
  }

  /**
   * Deletes a tenant. Durable on return; what fails before has deleted nothing.
   *
   * @param lsn of its newest commit, or more
   */
  void delete(TenantName name, long lsn) throws IOException {
    bury(name, lsn, files(name).folder());
    removeDamaged(name, 0);
  }

  /** Makes void what the log may hold of a tenant that was being made. */
  void deleteBeingMade(TenantName name, long lsn) throws IOException {
    bury(name, lsn, folder.resolve(NEW + name.value()));
  }

  private void bury(TenantName name, long lsn, Path from) throws IOException {
    long position = log.statistics().appended().bytes();
    // The deletion is a number of its own: what has this one is empty, whatever the last one held.
    Path to = folder.resolve("%s%s.%d.%d".formatted(DELETED, name, lsn + 1, position));
    remove(to);
    if (Files.isDirectory(from)) {
      rename(from, to);
    } else {
      Files.createDirectory(to);
      DurableFiles.syncFolder(folder);
    }
    lock.lock();
    try {
      add(new Tombstone(name, lsn + 1, position, to));
    } finally {
      lock.unlock();
    }
    log.checkpointed(name.value(), Long.MAX_VALUE);
    done("let go of its commits");
    try {
      empty(to);
      done("removed its files");
      forgetOldTombstones();
    } catch (IOException later) {
      LOG.warn("tenant {} is deleted; its files go at the next start", name, later);
    }
  }

  /** Those of which the log has no commit any more. */
  private void forgetOldTombstones() throws IOException {
    long oldest = log.oldest().bytes();
    lock.lock();
    try {
      List<Tombstone> old =
          tombstones.stream().filter(tombstone -> tombstone.position() <= oldest).toList();
      if (old.isEmpty()) {
        return;
      }
      long highest = old.stream().mapToLong(Tombstone::lsn).max().orElse(0);
      if (highest > floor) {
        DurableFiles.replace(floorFile(), JSON.writeValueAsBytes(new Floor(VERSION, highest)));
        floor = highest;
      }
      for (Tombstone tombstone : old) {
        remove(tombstone.folder());
        tombstones.remove(tombstone);
      }
      deleted.clear();
      List<Tombstone> left = List.copyOf(tombstones);
      tombstones.clear();
      left.forEach(this::add);
    } finally {
      lock.unlock();
    }
  }

  private Path floorFile() {
    return folder.resolve(".floor.json");
  }

  private long readFloor() throws IOException {
    if (!Files.exists(floorFile())) {
      return 0;
    }
    Floor read = JSON.readValue(Files.readAllBytes(floorFile()), Floor.class);
    if (read.version() != VERSION) {
      throw new IOException(
          "%s has format version %d; this engine reads version %d"
              .formatted(floorFile(), read.version(), VERSION));
    }
    return read.lsn();
  }

  /** Removes all but the newest files of a tenant that restores have moved aside. */
  void removeDamaged(TenantName name, int kept) {
    try {
      List<Path> aside = new ArrayList<>();
      try (DirectoryStream<Path> all =
          Files.newDirectoryStream(folder, DAMAGED + name.value() + ".*")) {
        all.forEach(aside::add);
      }
      aside.sort(Comparator.comparing(Path::toString).reversed());
      for (Path old : aside.stream().skip(kept).toList()) {
        remove(old);
      }
    } catch (IOException left) {
      LOG.warn("tenant {}: damaged files could not be removed", name, left);
    }
  }

  private void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    done("renamed " + from.getFileName() + " to " + to.getFileName());
    DurableFiles.syncFolder(folder);
  }

  void done(String step) {
    steps.done(step);
  }

  /** Removes what is in a folder. */
  private static void empty(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        if (!each.equals(folder)) {
          Files.delete(each);
        }
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      empty(folder);
      Files.delete(folder);
    }
  }
}
