package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many threads use, put to sleep, evict, pin, damage, retry, restore, clone and delete a few
 * tenants, of which not all can be awake. Each acknowledged row is there in the end, also after a
 * restart; no deleted one comes back; no LSN of a name is told twice for different commits.
 *
 * <p>Replay one seed with {@code -Ddosql.seed=N}; run more with {@code -Ddosql.seeds=N}.
 */
class TenantRaceTest {

  private static final int SEEDS = 6;
  private static final int THREADS = 8;
  private static final int STEPS = 60;
  private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");

  /** What may be told to who meets another's change. */
  private static final Set<ErrorCode> EXPECTED =
      EnumSet.of(
          ErrorCode.TENANT_BUSY,
          ErrorCode.TENANT_EXISTS,
          ErrorCode.TENANT_UNAVAILABLE,
          ErrorCode.NOT_FOUND,
          ErrorCode.TXN_ABORTED,
          ErrorCode.QUOTA_EXCEEDED,
          ErrorCode.RESOURCE_EXHAUSTED);

  @TempDir Path folder;

  /** What a name must hold; changes of the whole content exclude writers. */
  private static final class Model {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private Set<String> rows = new ConcurrentSkipListSet<>();
    private final Set<Long> lsns = ConcurrentHashMap.newKeySet();
  }

  private final Map<String, Model> models = new ConcurrentHashMap<>();
  private final AtomicLong nextRow = new AtomicLong();

  static LongStream seeds() {
    Long one = Long.getLong("dosql.seed");
    return one != null
        ? LongStream.of(one)
        : LongStream.range(0, Integer.getInteger("dosql.seeds", SEEDS));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatIsAcknowledgedHoldsWhateverElseHappensToTheTenant(long seed) throws Exception {
    NAMES.forEach(name -> models.put(name, new Model()));
    Path data = folder.resolve("data");
    LifeBench.Setup setup = LifeBench.Setup.standard().awake(3);
    try (LifeBench bench = new LifeBench(data, setup)) {
      List<Future<?>> workers = new ArrayList<>();
      try (var threads = Executors.newFixedThreadPool(THREADS)) {
        for (int i = 0; i < THREADS; i++) {
          Random random = new Random(seed * THREADS + i);
          workers.add(
              threads.submit(
                  () -> {
                    for (int step = 0; step < STEPS; step++) {
                      step(bench, data, random);
                    }
                    return true;
                  }));
        }
        for (Future<?> worker : workers) {
          worker.get();
        }
      }
      check(bench);
      int total = bench.tenants.states().values().stream().mapToInt(Integer::intValue).sum();
      assertThat(total).isEqualTo(bench.tenants.total());
      assertThat(bench.tenants.awake()).isLessThanOrEqualTo(3);
    }
    try (LifeBench bench = new LifeBench(data, setup)) {
      check(bench);
    }
  }

  private void step(LifeBench bench, Path data, Random random) throws Exception {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    Model model = model(name);
    try {
      switch (random.nextInt(20)) {
        case 0, 1 -> {
          boolean _ = bench.tenant(name).sleep().get();
        }
        case 2 -> bench.pass(java.time.Duration.ofSeconds(11));
        case 3 -> {
          synchronized (bench) {
            bench.tenants.maintain();
          }
        }
        case 4 -> bench.tenants.pin(new TenantName(name));
        case 5 -> {
          boolean _ = bench.tenants.unpin(new TenantName(name));
        }
        case 6 -> delete(bench, name, model);
        case 7 -> cloneTo(bench, name, model, NAMES.get(random.nextInt(NAMES.size())));
        case 8 -> damageAndRestore(bench, data, name, model);
        case 9 -> bench.tenant(name).retry();
        default -> write(bench, name, model);
      }
    } catch (DosqlException told) {
      assertThat(told.code()).describedAs("%s", told).isIn(EXPECTED);
    }
  }

  private Model model(String name) {
    return java.util.Objects.requireNonNull(models.get(name));
  }

  private void write(LifeBench bench, String name, Model model) {
    model.lock.readLock().lock();
    try {
      String row = String.valueOf(nextRow.incrementAndGet());
      try (Tenant.Use use = bench.use(name)) {
        WriterLease.Written<Boolean> written =
            use.database()
                .writeOnce(
                    LifeBench.LONG,
                    connection -> {
                      connection
                          .sqlite()
                          .execute(
                              "BEGIN; CREATE TABLE IF NOT EXISTS t (v); INSERT INTO t VALUES ("
                                  + row
                                  + "); COMMIT");
                      return true;
                    });
        use.database().settle();
        model.rows.add(row);
        Long lsn = written.committedLsn();
        assertThat(lsn).isNotNull();
        assertThat(model.lsns.add(java.util.Objects.requireNonNull(lsn)))
            .describedAs("LSN %d of %s is new", lsn, name)
            .isTrue();
      }
    } finally {
      model.lock.readLock().unlock();
    }
  }

  private static void delete(LifeBench bench, String name, Model model) {
    model.lock.writeLock().lock();
    try {
      boolean _ = bench.tenants.delete(new TenantName(name));
      model.rows.clear();
    } finally {
      model.lock.writeLock().unlock();
    }
  }

  /** Locks in the order of names, so that two clones of each other do not wait for ever. */
  private void cloneTo(LifeBench bench, String from, Model source, String to) {
    if (from.equals(to)) {
      return;
    }
    Model target = model(to);
    Model first = from.compareTo(to) < 0 ? source : target;
    Model second = first == source ? target : source;
    first.lock.writeLock().lock();
    second.lock.writeLock().lock();
    try {
      Tenants.Cloned cloned =
          bench.tenants.clone(
              "c" + nextRow.incrementAndGet(), new TenantName(from), new TenantName(to));
      assertThat(target.rows).describedAs("the target was not there").isEmpty();
      target.rows = new ConcurrentSkipListSet<>(source.rows);
      assertThat(target.lsns.add(cloned.lsn())).describedAs("LSN of %s", to).isTrue();
    } finally {
      second.lock.writeLock().unlock();
      first.lock.writeLock().unlock();
    }
  }

  /** Takes its file away while it sleeps, and restores other content. */
  private void damageAndRestore(LifeBench bench, Path data, String name, Model model)
      throws Exception {
    model.lock.writeLock().lock();
    try {
      Tenant tenant = bench.tenant(name);
      boolean isDamaged =
          tenant
              .strand()
              .submit(
                  () ->
                      tenant.state() == TenantState.ASLEEP
                          && tenant.isUnwanted()
                          && tenant.files().readState().databasePages() > 0
                          && Files.deleteIfExists(tenant.files().database()))
              .get();
      if (!isDamaged) {
        return;
      }
      String row = String.valueOf(nextRow.incrementAndGet());
      Path content = LifeBench.databaseWith(folder.resolve("restored-" + row + ".db"), row);
      TenantChange.Filled filled = null;
      while (filled == null) {
        filled = restore(bench, name, content);
      }
      model.rows = new ConcurrentSkipListSet<>(Set.of(row));
      assertThat(model.lsns.add(filled.lsn())).describedAs("LSN of %s", name).isTrue();
      assertThat(data.resolve("tenants/" + filled.aside())).isDirectory();
    } finally {
      model.lock.writeLock().unlock();
    }
  }

  private static TenantChange.@Nullable Filled restore(LifeBench bench, String name, Path content) {
    try (Tenant.Use _ = bench.use(name)) {
      throw new AssertionError("a tenant without its file was opened");
    } catch (DosqlException unavailable) {
      assertThat(unavailable.code())
          .describedAs("%s", unavailable)
          .isIn(ErrorCode.TENANT_UNAVAILABLE, ErrorCode.RESOURCE_EXHAUSTED);
    }
    try {
      return bench.fill(name, content);
    } catch (DosqlException met) {
      // Somebody tries it again just now, or it was never tried for want of a place.
      assertThat(met.code())
          .describedAs("%s", met)
          .isIn(ErrorCode.TENANT_BUSY, ErrorCode.TENANT_EXISTS);
      return null;
    }
  }

  private void check(LifeBench bench) {
    models.forEach(
        (name, model) -> {
          Tenant tenant = bench.tenants.find(new TenantName(name));
          if (tenant == null) {
            assertThat(model.rows).describedAs(name).isEmpty();
            return;
          }
          assertThat(bench.rows(name, "PRAGMA integrity_check")).containsExactly("ok");
          List<String> rows =
              bench.rows(name, "SELECT name FROM sqlite_schema WHERE name = 't'").isEmpty()
                  ? List.of()
                  : bench.rows(name, "SELECT v FROM t");
          assertThat(new TreeSet<>(rows)).describedAs(name).isEqualTo(new TreeSet<>(model.rows));
          assertThat(rows).doesNotHaveDuplicates();
        });
  }
}
