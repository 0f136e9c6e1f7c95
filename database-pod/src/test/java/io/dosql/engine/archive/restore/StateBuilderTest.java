package io.dosql.engine.archive.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.SpooledObject;
import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.archive.log.LogObject;
import io.dosql.engine.archive.log.LogObjectPlace;
import io.dosql.engine.archive.log.LogObjectWriter;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.log.LogSpan;
import io.dosql.engine.archive.log.Sha256;
import io.dosql.engine.archive.log.SpooledLogObject;
import io.dosql.engine.archive.log.TenantEntry;
import io.dosql.engine.archive.ltx.DatabaseFiles;
import io.dosql.engine.archive.ltx.LtxHeader;
import io.dosql.engine.archive.ltx.LtxSnapshots;
import io.dosql.engine.archive.store.CountingStore;
import io.dosql.engine.archive.store.CountingStore.Get;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.DrivenLog;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.LoggedPart;
import io.dosql.engine.log.PageImage;
import io.dosql.engine.log.StoredPart;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What building a state asks of the store: a snapshot and then the slices of many log objects. */
class StateBuilderTest {

  private static final String LINE = "7f3a";
  private static final ArchiveLayout LAYOUT = ArchiveLayout.forDirectory("shop");
  private static final Instant TIME = Instant.parse("2026-11-24T02:00:00Z");
  private static final int PAGE_BYTES = 512;
  private static final int PAGES = 100;
  private static final int OBJECTS = 8;
  private static final int COMMITS = 10;
  private static final List<Get> NOTHING = List.of();
  private static final Duration WAIT_MAX = Duration.ofSeconds(30);

  @TempDir Path folder;
  private Path scratch;
  private Path target;
  private CountingStore store;
  private LogObjects objects;
  private DrivenLog log;
  private long lastLsn = 1;

  /** What becomes of transfers. */
  private volatile CountingStore.Transfers transfers = (get, in) -> in;

  @BeforeEach
  void archive() throws Exception {
    scratch = Files.createDirectories(folder.resolve("scratch"));
    target = folder.resolve("restored.db");
    store =
        new CountingStore(
            new DirectoryObjectStore(Files.createDirectories(folder.resolve("store"))),
            (get, in) -> transfers.of(get, in));
    objects = new LogObjects(store, LAYOUT, LINE);
    log = DrivenLog.open(Files.createDirectories(folder.resolve("log")), () -> TIME, 5);
    log.log().retain("test", LogPosition.START);
    putSnapshot();
    LogPosition from = LogPosition.START;
    for (int number = 1; number <= OBJECTS; number++) {
      for (int i = 0; i < COMMITS; i++) {
        lastLsn++;
        append("a", 3);
        append("b", 2);
      }
      putObject(number, new LogSpan(from, log.log().settled()));
      from = log.log().settled();
    }
    store.reset();
  }

  @AfterEach
  void close() throws Exception {
    log.log().close();
    try (var left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }

  private void append(String tenant, int pages) throws Exception {
    var _ = log.log().append(DrivenLog.part(tenant, lastLsn, true, true, pages, lastLsn + pages));
    log.settle();
  }

  private void putSnapshot() throws Exception {
    Path database = DatabaseFiles.write(folder.resolve("a.db"), PAGE_BYTES, PAGES, 1);
    for (String tenant : List.of("a", "b")) {
      try (SpooledObject<LtxHeader> snapshot =
          SpooledObject.write(
              scratch, "snapshot", out -> LtxSnapshots.write(database, 1, TIME, out).header())) {
        var _ = new ChainCatalog(store, LAYOUT, LINE).put(tenant, ChainLevel.SNAPSHOT, snapshot);
      }
    }
  }

  private void putObject(long number, LogSpan span) throws Exception {
    try (LogObjectWriter writer = new LogObjectWriter(scratch);
        LogReader reader = log.log().reader(span.from())) {
      for (Optional<StoredPart> part = reader.nextStored();
          part.isPresent();
          part = reader.nextStored()) {
        writer.add(part.get());
      }
      LogObjectPlace place =
          new LogObjectPlace(
              LINE,
              number,
              1,
              new UUID(1, 2),
              Sha256.NONE,
              span.from(),
              span,
              LogPosition.START,
              0,
              Optional.empty(),
              TIME);
      try (SpooledLogObject object = writer.finish(place, Optional.empty())) {
        assertThat(objects.put(object)).isEqualTo(PutResult.CREATED);
      }
    }
  }

  private LineHistory line() {
    return new ArchiveHistory(store, LAYOUT, PAGE_BYTES, scratch).line(LINE);
  }

  private static RestorePlan plan(LineHistory line, String tenant) {
    return line.planner().plan(tenant, new RestoreTarget.Latest(), Instant.EPOCH);
  }

  private byte[] expected(String tenant) throws Exception {
    byte[] bytes = DatabaseFiles.bytes(PAGE_BYTES, PAGES, 1);
    try (LogReader reader = log.log().reader(LogPosition.START)) {
      for (Optional<LoggedPart> part = reader.next(); part.isPresent(); part = reader.next()) {
        if (part.get().part().tenant().equals(tenant)) {
          for (PageImage page : part.get().part().pages()) {
            if (page.number() <= PAGES) {
              int at = (int) (page.number() - 1) * PAGE_BYTES;
              page.content().duplicate().get(bytes, at, PAGE_BYTES);
            }
          }
        }
      }
    }
    return bytes;
  }

  private List<Get> getsOf(long number) {
    return store.gets(objects.key(number));
  }

  @Test
  void theStateIsBuilt() throws Exception {
    LineHistory line = line();
    for (String tenant : List.of("a", "b")) {
      RestorePlan plan = plan(line, tenant);
      assertThat(plan.slices()).hasSize(OBJECTS);
      line.builder().build(plan, target, bytes -> {});
      assertThat(target).hasBinaryContent(expected(tenant));
      Files.delete(target);
    }
    // Other threads let go of what they were reading.
    await().until(() -> store.open() == 0);
  }

  @Test
  void eachObjectIsOpenedOnce_andATenantsPartsAreAskedForTogether() throws Exception {
    LineHistory line = line();
    RestorePlan plan = plan(line, "a");
    for (int number = 2; number <= OBJECTS; number++) {
      assertThat(getsOf(number)).describedAs("to plan: header and index").hasSize(2);
    }
    store.reset();
    line.builder().build(plan, target, bytes -> {});
    for (int number = 1; number <= OBJECTS; number++) {
      assertThat(getsOf(number)).describedAs("to build: parts").hasSize(1);
    }
  }

  @Test
  void whatATenantNeeded_isNotAskedForAgainForTheNext() throws Exception {
    LineHistory line = line();
    assertThat(line.tenants()).containsExactly("a", "b");
    var _ = plan(line, "a");
    store.reset();
    RestorePlan plan = plan(line, "b");
    line.builder().build(plan, target, bytes -> {});
    for (int number = 2; number <= OBJECTS; number++) {
      assertThat(getsOf(number)).describedAs("parts").hasSize(1);
    }
  }

  @Test
  void tenantsAreFoundByOneLookAtEachObject() {
    assertThat(line().tenants()).containsExactly("a", "b");
    for (int number = 1; number <= OBJECTS; number++) {
      assertThat(getsOf(number)).describedAs("header and index").hasSize(2);
    }
  }

  @Test
  void indexesAreReadAhead_whileTheFirstIsAwaited_andEachOnce() {
    CountDownLatch others = new CountDownLatch(OpenedObjects.AHEAD_MAX - 1);
    transfers =
        (get, in) -> {
          boolean isIndex = get.offset() > 0 && get.key().contains("/log/");
          if (isIndex && get.key().equals(objects.key(1))) {
            return new Awaiting(in, others, () -> {});
          }
          if (isIndex) {
            others.countDown();
          }
          return in;
        };
    assertThat(plan(line(), "a").slices()).hasSize(OBJECTS);
    for (int number = 2; number <= OBJECTS; number++) {
      assertThat(getsOf(number)).describedAs("header and index").hasSize(2);
    }
  }

  @Test
  void tenantsAreFound_whileIndexesAreReadAhead() {
    CountDownLatch others = new CountDownLatch(OpenedObjects.AHEAD_MAX - 1);
    transfers =
        (get, in) -> {
          if (get.offset() > 0 && get.key().equals(objects.key(OBJECTS))) {
            return new Awaiting(in, others, () -> {});
          }
          if (get.offset() > 0) {
            others.countDown();
          }
          return in;
        };
    assertThat(line().tenants()).containsExactly("a", "b");
  }

  @Test
  void whatCannotBeReadAhead_isToldWhenItIsNeeded() throws Exception {
    Path damaged = folder.resolve("store").resolve(objects.key(6));
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[bytes.length - 1] ^= 1;
    Files.write(damaged, bytes);
    LineHistory line = line();
    // The fifth object ends with it, so that nobody needs the sixth.
    RestoreTarget before = new RestoreTarget.AtLsn(1 + 5L * COMMITS);
    assertThat(line.planner().plan("a", before, Instant.EPOCH).slices()).hasSize(5);
    assertThatThrownBy(() -> plan(line, "a"))
        .isInstanceOfSatisfying(
            DosqlException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_CHECKSUM_MISMATCH))
        .hasMessageContaining(objects.key(6));
  }

  @Test
  void slicesAreReadAhead_whileTheFirstIsAwaited_andNotTooMany() throws Exception {
    LineHistory line = line();
    RestorePlan plan = plan(line, "a");
    store.reset();
    CountDownLatch others = new CountDownLatch(PlannedReads.AHEAD_MAX - 1);
    AtomicReference<List<Get>> askedFor = new AtomicReference<>(NOTHING);
    transfers =
        (get, in) -> {
          if (get.key().equals(objects.key(1))) {
            return new Awaiting(
                in, others, () -> askedFor.compareAndSet(NOTHING, store.gets("/log/")));
          }
          if (get.key().contains("/log/")) {
            others.countDown();
          }
          return in;
        };
    line.builder().build(plan, target, bytes -> {});
    assertThat(askedFor.get())
        .extracting(Get::key)
        .containsExactlyInAnyOrderElementsOf(keys(1, PlannedReads.AHEAD_MAX));
    assertThat(target).hasBinaryContent(expected("a"));
  }

  @Test
  void slicesAreReadAhead_whileFilesAreApplied() throws Exception {
    LineHistory line = line();
    RestorePlan plan = plan(line, "a");
    store.reset();
    CountDownLatch slices = new CountDownLatch(PlannedReads.AHEAD_MAX - 1);
    transfers =
        (get, in) -> {
          if (get.key().endsWith(".ltx")) {
            return new Awaiting(in, slices, () -> {});
          }
          slices.countDown();
          return in;
        };
    line.builder().build(plan, target, bytes -> {});
    assertThat(target).hasBinaryContent(expected("a"));
  }

  private List<String> keys(int first, int last) {
    return LongStream.rangeClosed(first, last).mapToObj(objects::key).toList();
  }

  @Test
  void aDamagedSlice_failsWithItsName_andNothingIsLeft() throws Exception {
    LineHistory line = line();
    RestorePlan plan = plan(line, "a");
    LogObject object = objects.open(3);
    TenantEntry entry = object.index().find("a").orElseThrow();
    Path file = folder.resolve("store").resolve(object.key());
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) entry.extents().getLast().offset() + 70] ^= 1;
    Files.write(file, bytes);
    assertFails(line, plan, ErrorCode.STORAGE_CHECKSUM_MISMATCH, object.key());
  }

  @Test
  void aSliceThatIsGoneMeanwhile_failsWithItsName() throws Exception {
    LineHistory line = line();
    RestorePlan plan = plan(line, "a");
    objects.delete(List.of(6L));
    assertFails(line, plan, ErrorCode.STORAGE_NOT_FOUND, objects.key(6));
  }

  @Test
  void anObjectWithoutTheTenant_failsWithItsName() throws Exception {
    LineHistory line = line();
    RestorePlan plan = plan(line, "a");
    RestorePlan others =
        new RestorePlan(
            "c", LINE, List.of(), plan.slices(), plan.lsn(), plan.time(), Optional.empty());
    assertFails(line, others, ErrorCode.STORAGE_CHECKSUM_MISMATCH, objects.key(1));
  }

  @Test
  void indexesThatAreTooMany_areForgotten_andReadAgain() {
    long entries = 2 + 2 * COMMITS;
    OpenedObjects opened = new OpenedObjects(objects, (int) (2 * entries));
    List<SeenObject> seen = LongStream.rangeClosed(1, 3).mapToObj(opened::open).toList();
    for (SeenObject object : seen) {
      assertThat(object.index().tenants()).hasSize(2);
    }
    assertThat(seen).extracting(SeenObject::indexEntries).containsExactly(0L, entries, entries);
    assertThat(opened.open(1)).isSameAs(seen.getFirst());
    assertThat(opened.open(1).index()).isEqualTo(objects.open(1).index());
    assertThat(seen).extracting(SeenObject::indexEntries).containsExactly(entries, 0L, entries);
  }

  private void assertFails(LineHistory line, RestorePlan plan, ErrorCode code, String key) {
    assertThatThrownBy(() -> line.builder().build(plan, target, bytes -> {}))
        .isInstanceOfSatisfying(DosqlException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(key);
    assertThat(target).doesNotExist();
    // Other threads let go of what they were reading.
    await().atMost(WAIT_MAX).until(() -> store.open() == 0);
  }

  /** A stream that begins when something else has happened. */
  private static final class Awaiting extends FilterInputStream {
    private final CountDownLatch event;
    private final Runnable then;

    Awaiting(InputStream in, CountDownLatch event, Runnable then) {
      super(in);
      this.event = event;
      this.then = then;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        if (event.getCount() > 0 && !event.await(WAIT_MAX.toSeconds(), TimeUnit.SECONDS)) {
          throw new IllegalStateException("nothing was read ahead");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      then.run();
      return in.read(target, offset, length);
    }
  }
}
