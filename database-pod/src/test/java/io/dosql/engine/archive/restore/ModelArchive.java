package io.dosql.engine.archive.restore;

import static java.util.Objects.requireNonNull;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.ChainFile;
import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.archive.chain.ChainRetention;
import io.dosql.engine.archive.chain.Deletions;
import io.dosql.engine.archive.line.LineContent;
import io.dosql.engine.archive.log.LastPart;
import io.dosql.engine.archive.log.LogObjectHeader;
import io.dosql.engine.archive.log.LogObjectPlace;
import io.dosql.engine.archive.log.LogObjectWriter;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.log.LogRetention;
import io.dosql.engine.archive.log.LogSpan;
import io.dosql.engine.archive.log.Sha256;
import io.dosql.engine.archive.log.SpooledLogObject;
import io.dosql.engine.archive.store.ObjectMetadata;
import io.dosql.engine.archiver.chain.MemoryStore;
import io.dosql.engine.log.DrivenLog;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.LoggedPart;
import io.dosql.engine.log.StoredPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * An archive that is written step by step as the archiver and the chains would, of a log of its
 * own, and knows what is in it. Files of chains have no content, for nobody reads it here.
 */
final class ModelArchive implements AutoCloseable {

  static final List<String> TENANTS = List.of("a", "b", "c", "d");

  private static final String LINE = "7f3a";
  private static final Duration SPACING = Duration.ofMillis(40);

  /** A commit whose last part ends at a position. */
  record Commit(long lsn, Instant time, LogPosition begin, LogPosition end) {}

  private final Path folder;
  private final Random random;
  private final DrivenLog log;
  private final MemoryStore store = new MemoryStore(this::now);
  private final ArchiveLayout layout = ArchiveLayout.forS3("shop");
  private final LogObjects objects = new LogObjects(store, layout, LINE);
  private final ChainCatalog chains = new ChainCatalog(store, layout, LINE);
  private final Map<String, List<Commit>> commits = new HashMap<>();
  private final Map<String, Long> lastLsn = new HashMap<>();

  /** A tenant whose commit has begun and not ended. */
  private final Map<String, LogPosition> open = new HashMap<>();

  /** How far a tenant's chain goes. */
  private final Map<String, Long> chained = new HashMap<>();

  /** Tenants whose chain can only go on with a snapshot, and from where on it lacks something. */
  private final Map<String, LogPosition> debts = new HashMap<>();

  private final List<LogObjectHeader> headers = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-24T02:00:00Z");
  private LogPosition archivedTo = LogPosition.START;
  private LogPosition chainedTo = LogPosition.START;
  private Optional<LogSpan> lastGap = Optional.empty();
  private int gaps;

  ModelArchive(Path folder, Random random) throws IOException {
    this.folder = folder;
    this.random = random;
    this.log = DrivenLog.open(Files.createDirectories(folder.resolve("log")), this::now, 5);
  }

  private Instant now() {
    return now;
  }

  void step() throws Exception {
    now = now.plusMillis(random.nextInt(4) == 0 ? random.nextInt(60) : random.nextInt(2));
    String tenant = TENANTS.get(Math.min(random.nextInt(6), TENANTS.size() - 1));
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3, 4 -> commit(tenant);
      case 5 -> beginOrEnd(tenant);
      case 6, 7, 8 -> archive();
      case 9 -> claim();
      case 10, 11, 12 -> chain();
      case 13 -> snapshot(tenant, random.nextInt(3));
      case 14 -> merge(tenant);
      default -> {
        if (random.nextInt(3) == 0) {
          gap();
        } else {
          retain();
        }
      }
    }
  }

  // ---- The log

  private void commit(String tenant) throws Exception {
    if (open.containsKey(tenant)) {
      return;
    }
    append(tenant, true, true);
  }

  /** A commit of two parts, with others' between them. */
  private void beginOrEnd(String tenant) throws Exception {
    append(tenant, !open.containsKey(tenant), open.containsKey(tenant));
  }

  private void append(String tenant, boolean isFirst, boolean isLast) throws Exception {
    long lsn = lastLsn.getOrDefault(tenant, 0L) + 1;
    log.log().append(DrivenLog.part(tenant, lsn, isFirst, isLast, 0, lsn));
    log.settle();
    LoggedPart part = newestPart();
    if (isFirst) {
      open.put(tenant, part.position());
    }
    if (isLast) {
      lastLsn.put(tenant, lsn);
      LogPosition begin = requireNonNull(open.remove(tenant));
      commits(tenant).add(new Commit(lsn, part.time(), begin, part.end()));
    }
  }

  private LoggedPart newestPart() throws Exception {
    LoggedPart newest = null;
    try (LogReader reader = log.log().reader(LogPosition.START)) {
      for (Optional<LoggedPart> part = reader.next(); part.isPresent(); part = reader.next()) {
        newest = part.get();
      }
    }
    return requireNonNull(newest);
  }

  private List<Commit> commits(String tenant) {
    return commits.computeIfAbsent(tenant, each -> new ArrayList<>());
  }

  // ---- Log objects

  private void archive() throws Exception {
    LogPosition settled = log.log().settled();
    if (settled.compareTo(archivedTo) > 0) {
      write(archivedTo, settled);
    }
  }

  private void claim() throws Exception {
    write(archivedTo, archivedTo);
  }

  /** What is not archived yet never is; chains go on from snapshots. */
  private void gap() throws Exception {
    LogPosition settled = log.log().settled();
    if (settled.compareTo(archivedTo) <= 0 || headers.isEmpty()) {
      return;
    }
    LogPosition before = archivedTo;
    for (String tenant : TENANTS) {
      boolean isConcerned =
          open.containsKey(tenant)
              || commits(tenant).stream().anyMatch(commit -> commit.end().compareTo(before) > 0);
      long inChain = chained.getOrDefault(tenant, 0L);
      if (isConcerned) {
        // What is in log objects and in no chain yet is owed as well.
        Stream.concat(
                commits(tenant).stream()
                    .filter(commit -> commit.lsn() > inChain)
                    .map(Commit::begin),
                Stream.ofNullable(open.get(tenant)))
            .min(Comparator.naturalOrder())
            .ifPresent(begin -> debts.merge(tenant, begin, ModelArchive::earlier));
      }
    }
    commit("a");
    LogPosition end = log.log().settled();
    if (end.compareTo(settled) > 0) {
      lastGap = Optional.of(new LogSpan(before, settled));
      gaps++;
      write(settled, end);
    }
  }

  private static LogPosition earlier(LogPosition one, LogPosition other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private void write(LogPosition from, LogPosition to) throws Exception {
    try (LogObjectWriter writer = new LogObjectWriter(folder);
        LogReader reader = log.log().reader(from)) {
      Optional<StoredPart> part = from.equals(to) ? Optional.empty() : reader.nextStored();
      while (part.isPresent()) {
        writer.add(part.get());
        part = reader.nextStored();
      }
      LogObjectPlace place =
          new LogObjectPlace(
              LINE,
              headers.size() + 1L,
              1,
              new UUID(1, 2),
              Sha256.NONE,
              headers.isEmpty() ? from : headers.getLast().place().span().to(),
              new LogSpan(from, to),
              chainedTo,
              gaps,
              lastGap,
              now);
      try (SpooledLogObject object = writer.finish(place, Optional.<LastPart>empty())) {
        var _ = objects.put(object);
        headers.add(object.header());
      }
    }
    archivedTo = to;
  }

  private long numberAt(LogPosition position) {
    return headers.stream()
        .filter(header -> header.place().span().from().compareTo(position) <= 0)
        .filter(header -> header.place().span().to().compareTo(position) > 0)
        .findFirst()
        .map(header -> header.place().number())
        .orElse(0L);
  }

  // ---- Chains

  private void chain() {
    for (String tenant : TENANTS) {
      long end = chained.getOrDefault(tenant, 0L);
      List<Commit> more = archived(tenant).stream().filter(commit -> commit.lsn() > end).toList();
      if (debts.containsKey(tenant)) {
        if (random.nextBoolean()) {
          settle(tenant);
        }
      } else if (!more.isEmpty()) {
        if (end > 0 && random.nextInt(10) == 0) {
          debts.put(tenant, more.getFirst().begin());
          continue;
        }
        ChainLevel level = end == 0 ? ChainLevel.SNAPSHOT : ChainLevel.FIRST;
        put(tenant, level, end + 1, more.getLast().lsn(), more.getLast().time(), objectsOf(more));
        chained.put(tenant, more.getLast().lsn());
      }
    }
    LogPosition next = archivedTo;
    for (LogPosition begin : unfinished()) {
      next = earlier(begin, next);
    }
    for (LogPosition since : debts.values()) {
      next = earlier(since, next);
    }
    chainedTo = next.compareTo(chainedTo) > 0 ? next : chainedTo;
  }

  /** Where commits begin whose last part is not archived. */
  private List<LogPosition> unfinished() {
    List<LogPosition> begins = new ArrayList<>(open.values());
    for (String tenant : TENANTS) {
      commits(tenant).stream()
          .filter(commit -> commit.end().compareTo(archivedTo) > 0)
          .map(Commit::begin)
          .forEach(begins::add);
    }
    return begins;
  }

  /** A snapshot of the present state, once that is archived. */
  private void settle(String tenant) {
    List<Commit> all = commits(tenant);
    if (all.isEmpty() && !open.containsKey(tenant)) {
      debts.remove(tenant);
    } else if (all.isEmpty()) {
      return;
    } else if (all.getLast().end().compareTo(archivedTo) <= 0) {
      snapshot(tenant, 0);
      chained.put(tenant, all.getLast().lsn());
      debts.remove(tenant);
    }
  }

  /** As a backup takes it, or a debt: its time may be later than that of its last commit. */
  private void snapshot(String tenant, int commitsBefore) {
    List<Commit> archived = archived(tenant);
    if (archived.size() > commitsBefore) {
      Commit commit = archived.get(archived.size() - 1 - commitsBefore);
      Instant time = random.nextBoolean() ? commit.time() : latest(commit);
      put(tenant, ChainLevel.SNAPSHOT, 1, commit.lsn(), time, new long[] {0, 0});
    }
  }

  /** The log may have gone on while the snapshot was taken. */
  private Instant latest(Commit commit) {
    return headers.stream()
        .filter(header -> header.commits() > 0)
        .map(LogObjectHeader::lastTime)
        .filter(time -> time.isAfter(commit.time()))
        .findFirst()
        .orElse(commit.time());
  }

  /** First and count; unknown for what an earlier process wrote. */
  private long[] objectsOf(List<Commit> range) {
    long first = numberAt(range.getFirst().begin());
    long last = numberAt(new LogPosition(range.getLast().end().bytes() - 1));
    return random.nextInt(3) == 0 || first == 0 || last == 0
        ? new long[] {0, 0}
        : new long[] {first, last - first + 1};
  }

  private void merge(String tenant) {
    ChainLevel level = random.nextBoolean() ? ChainLevel.SECOND : ChainLevel.THIRD;
    List<ChainFile> files = new ArrayList<>();
    for (ChainFile file : chains.files(tenant, ChainLevel.FIRST, 0)) {
      if (!files.isEmpty() && files.getLast().maxLsn() + 1 != file.minLsn()) {
        break;
      }
      files.add(file);
    }
    if (files.size() > 1) {
      Instant time = chains.facts(tenant, files.getLast()).time();
      put(tenant, level, files.getFirst().minLsn(), files.getLast().maxLsn(), time, new long[2]);
    }
  }

  private void put(
      String tenant, ChainLevel level, long min, long max, Instant time, long[] numbers) {
    Map<String, String> metadata = new HashMap<>();
    metadata.put(ObjectMetadata.LITESTREAM_TIMESTAMP, ObjectMetadata.litestreamTime(time));
    metadata.put("log-object", Long.toString(numbers[0]));
    metadata.put("log-objects", Long.toString(numbers[1]));
    String folderKey = layout.absolute(layout.level(LINE, tenant, level.number()));
    String key = folderKey + "%016x-%016x.ltx".formatted(min, max);
    if (!store.keys().contains(key)) {
      store.put(key, new byte[0], metadata, now);
    }
  }

  private void retain() {
    LogRetention retention = new LogRetention(objects, () -> {});
    Optional<LogRetention.Extent> extent = retention.extent();
    Instant moment = now.minusMillis(random.nextInt(300));
    Optional<LogRetention.Excess> excess = extent.flatMap(line -> retention.excess(line, moment));
    if (excess.isEmpty()) {
      return;
    }
    int deleted = retention.delete(excess.get());
    while (deleted > 0) {
      deleted = retention.delete(excess.get());
    }
    for (String tenant : TENANTS) {
      ChainRetention.Excess files =
          new ChainRetention(excess.get().keptFrom(), SPACING)
              .excess(chains.files(tenant), 0, file -> chains.facts(tenant, file).time());
      chains.delete(tenant, files.files());
      chains.delete(tenant, files.snapshots());
    }
  }

  // ---- Its end

  /** Whatever is in the log gets into log objects. */
  void archiveAll() throws Exception {
    archive();
  }

  /** What deletes the line, which has ended. */
  LineContent content(int batchMax) {
    return new LineContent(store, layout, LINE, Instant.MAX, batchMax);
  }

  MemoryStore store() {
    return store;
  }

  // ---- What is known of it

  /** Of what is archived, or is in a snapshot behind a gap. */
  List<Commit> archived(String tenant) {
    return commits(tenant).stream()
        .filter(commit -> commit.end().compareTo(archivedTo) <= 0)
        .toList();
  }

  /** From when on everything must be restorable. */
  Optional<Instant> promisedFrom() {
    LogRetention retention = new LogRetention(objects, () -> {});
    return retention.extent().flatMap(retention::wholeFrom);
  }

  /** Time of the newest archived commit. */
  Instant newest() {
    return headers.reversed().stream()
        .filter(header -> header.commits() > 0)
        .map(LogObjectHeader::lastTime)
        .findFirst()
        .orElse(Instant.EPOCH);
  }

  /** All at which something was committed. */
  Set<Instant> times() {
    Set<Instant> times = new TreeSet<>();
    commits.values().forEach(all -> all.forEach(commit -> times.add(commit.time())));
    return times;
  }

  RestorePlanner planner() {
    return new RestorePlanner(chains, new Deletions(store, layout, LINE), objects);
  }

  /** The LSN up to which what a plan names holds every commit, or -1. */
  long reached(RestorePlan plan) {
    long[] lsn = {0};
    for (ChainFile file : plan.files()) {
      if (file.minLsn() > lsn[0] + 1) {
        return -1;
      }
      lsn[0] = file.maxLsn();
    }
    boolean[] hasBegun = {false};
    for (LogSlice slice : plan.slices()) {
      var object = objects.open(slice.number());
      var entry = object.index().find(plan.tenant()).orElseThrow();
      try {
        object.visitParts(
            entry,
            part -> {
              if (part.part().lsn() != lsn[0] + 1 || lsn[0] >= plan.lsn()) {
                return;
              }
              hasBegun[0] |= part.part().isFirst();
              if (part.part().isLast() && hasBegun[0]) {
                lsn[0]++;
                hasBegun[0] = false;
              }
            });
      } catch (IOException e) {
        throw new IllegalStateException("the visitor throws nothing", e);
      }
    }
    return lsn[0];
  }

  @Override
  public void close() throws Exception {
    log.log().close();
  }
}
