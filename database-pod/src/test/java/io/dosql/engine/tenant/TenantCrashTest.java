package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.DirectoryLogStorage;
import io.dosql.engine.log.HeldLogStorage;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LoggedCommit;
import io.dosql.engine.log.PageImage;
import io.dosql.engine.log.PartReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random work on some tenants, then a crash that takes everything that was not synced: the WALs are
 * filled with garbage, and so is every page of the database files that was written since the last
 * fsynced checkpoint. What was acknowledged must be there, and nothing else.
 *
 * <p>The log counts as durable once it says so (its own crash tests are elsewhere), so it need not
 * be synced here. Its segments and parts and the page caches are small, so that segments are often
 * left behind and released, and commits often take several parts.
 *
 * <p>Replay one seed with {@code -Ddosql.seed=N}; run more with {@code -Ddosql.seeds=N}.
 */
class TenantCrashTest {

  private static final int SEEDS = 12;
  private static final int STEPS = 60;
  private static final LogOptions SMALL_LOG =
      new LogOptions(
          2 << 20,
          2 << 20,
          256 << 10,
          64 << 10,
          LogOptions.DEFAULT.appendTimeout(),
          LogOptions.DEFAULT.closeTimeout());
  private static final TenantLimits SMALL_CACHES =
      new TenantLimits(
          10,
          10,
          Duration.ofSeconds(10),
          10,
          4,
          256 << 10,
          1L << 20,
          1L << 30,
          1 << 20,
          16 << 20,
          0);
  private static final List<String> TENANTS = List.of("a", "b", "c");

  @TempDir Path folder;

  static LongStream seeds() {
    Long one = Long.getLong("dosql.seed");
    return one != null
        ? LongStream.of(one)
        : LongStream.range(0, Integer.getInteger("dosql.seeds", SEEDS));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void nothingAcknowledgedIsLost(long seed) throws Exception {
    Random random = new Random(seed);
    Map<String, List<List<String>>> model = new HashMap<>();
    Map<String, Long> lsns = new HashMap<>();
    Path live = Files.createDirectories(folder.resolve("live-0"));
    for (int life = 0; life < 4; life++) {
      Path next = Files.createDirectories(folder.resolve("live-" + (life + 1)));
      try (TestEngine engine = start(live)) {
        check(engine, model, lsns);
        for (int step = 0; step < STEPS; step++) {
          step(engine, random, model, lsns);
        }
        engine.copyTo(next);
      }
      losePower(next, random);
      live = next;
    }
    try (TestEngine engine = start(live)) {
      check(engine, model, lsns);
    }
  }

  private static TestEngine start(Path folder) throws Exception {
    return TestEngine.start(folder, SMALL_CACHES, SMALL_LOG, HeldLogStorage::withoutSyncs);
  }

  private void step(
      TestEngine engine,
      Random random,
      Map<String, List<List<String>>> model,
      Map<String, Long> lsns)
      throws Exception {
    String tenant = TENANTS.get(random.nextInt(TENANTS.size()));
    List<List<String>> rows = model.computeIfAbsent(tenant, absent -> new ArrayList<>());
    switch (random.nextInt(12)) {
      case 0 -> engine.tenants().get(new TenantName(tenant)).sleep().get();
      case 1 -> checkpoint(engine, tenant);
      case 2 -> {
        // More than one part of the log, spilling out of the page cache.
        write(engine, tenant, lsns, "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v)");
        int size = 150_000 + random.nextInt(600_000);
        write(engine, tenant, lsns, "INSERT INTO t (v) VALUES (hex(zeroblob(%d)))".formatted(size));
        rows.add(List.of(String.valueOf(size * 2)));
      }
      case 3 -> {
        write(engine, tenant, lsns, "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v)");
        write(engine, tenant, lsns, "DELETE FROM t");
        rows.clear();
      }
      case 4 -> write(engine, tenant, lsns, "VACUUM");
      default -> {
        write(engine, tenant, lsns, "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v)");
        int size = random.nextInt(3_000);
        write(engine, tenant, lsns, "INSERT INTO t (v) VALUES (hex(zeroblob(%d)))".formatted(size));
        rows.add(List.of(String.valueOf(size * 2)));
      }
    }
  }

  private static void write(TestEngine engine, String tenant, Map<String, Long> lsns, String sql) {
    long before = lsns.getOrDefault(tenant, 0L);
    long lsn = engine.write(tenant, sql);
    assertThat(lsn).isBetween(before, before + 1);
    lsns.put(tenant, lsn);
  }

  private static void checkpoint(TestEngine engine, String name) throws Exception {
    Tenant tenant = engine.tenants().get(new TenantName(name));
    TenantDatabase database = tenant.databaseIfAwake();
    if (database != null) {
      boolean complete = tenant.checkpointSoon(database).get();
      assertThat(complete || tenant.databaseIfAwake() != database).isTrue();
    }
  }

  private static void check(
      TestEngine engine, Map<String, List<List<String>>> model, Map<String, Long> lsns) {
    model.forEach(
        (tenant, rows) -> {
          assertThat(engine.tenants().get(new TenantName(tenant)).summary().lsn())
              .isEqualTo(lsns.getOrDefault(tenant, 0L));
          if (!lsns.containsKey(tenant)) {
            return;
          }
          assertThat(engine.rows(tenant, "PRAGMA integrity_check")).containsExactly(List.of("ok"));
          if (!engine.rows(tenant, "SELECT name FROM sqlite_schema WHERE name = 't'").isEmpty()) {
            assertThat(engine.rows(tenant, "SELECT length(v) FROM t ORDER BY id")).isEqualTo(rows);
          }
        });
  }

  /** Makes the copy look as after a power failure that kept nothing but what was synced. */
  private static void losePower(Path folder, Random random) throws Exception {
    Map<String, long[]> dirty = dirtyPages(folder);
    for (Map.Entry<String, long[]> entry : dirty.entrySet()) {
      TenantFiles files = new TenantFiles(folder.resolve("tenants").resolve(entry.getKey()));
      if (Files.exists(files.wal())) {
        byte[] garbage = new byte[random.nextInt(100_000)];
        random.nextBytes(garbage);
        Files.write(files.wal(), garbage);
      }
      if (!Files.exists(files.database())) {
        continue;
      }
      try (FileChannel database = FileChannel.open(files.database(), StandardOpenOption.WRITE)) {
        byte[] garbage = new byte[Connections.PAGE_SIZE];
        for (long page : entry.getValue()) {
          if (random.nextBoolean()) {
            random.nextBytes(garbage);
            database.write(ByteBuffer.wrap(garbage), (page - 1) * Connections.PAGE_SIZE);
          }
        }
      }
    }
  }

  private static Map<String, long[]> dirtyPages(Path folder) throws Exception {
    Map<String, long[]> dirty = new HashMap<>();
    try (CommitLog log =
            CommitLog.open(
                SMALL_LOG,
                HeldLogStorage.withoutSyncs(new DirectoryLogStorage(folder.resolve("log"))),
                failure -> {
                  throw new IllegalStateException(failure);
                },
                Clock.systemUTC());
        PartReader parts = log.partReader()) {
      for (String tenant : log.tenants()) {
        TenantFiles files = new TenantFiles(folder.resolve("tenants").resolve(tenant));
        List<Long> pages = new ArrayList<>();
        for (LoggedCommit commit : log.commitsAfter(tenant, files.readState().checkpointedLsn())) {
          for (LogPosition position : commit.parts()) {
            for (PageImage page : parts.read(position).part().pages()) {
              pages.add(page.number());
            }
          }
        }
        dirty.put(tenant, pages.stream().mapToLong(Long::longValue).distinct().toArray());
      }
    }
    return dirty;
  }
}
