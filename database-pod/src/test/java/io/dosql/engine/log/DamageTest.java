package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Random stretches of random logs are destroyed. Whatever the log then says it can prove of a
 * tenant is compared with a model; damage that is short harms nobody whose commits it does not
 * touch; and after the damage has been judged the log goes on. Replay with {@code -Ddosql.seed},
 * more with {@code -Ddosql.seeds}.
 */
@ExtendWith(QuietLog.class)
class DamageTest {

  private static final int TENANTS = 6;

  private record Placed(String tenant, long lsn, long start, long end) {}

  private final NavigableMap<Long, Placed> parts = new TreeMap<>();
  private final Map<String, Long> lsns = new HashMap<>();
  private int harmed;
  private ManualWorkers workers = new ManualWorkers();

  /** A log of some segments, closed in good order, so that its last records are proved. */
  private void fill(SimulatedDisk disk, Random random) throws Exception {
    CommitLog log = TestLogs.open(disk, workers);
    int commits = 100 + random.nextInt(200);
    for (int i = 0; i < commits; i++) {
      // Some tenants write seldom, so that nothing of them follows the damage.
      int bound = 1 + random.nextInt(TENANTS);
      String tenant = "t" + random.nextInt(bound);
      long lsn = lsns.merge(tenant, 1L, Long::sum);
      int count = random.nextInt(8) == 0 ? 3 : 1;
      for (int part = 0; part < count; part++) {
        append(log, random, tenant, lsn, part == 0, part == count - 1);
        if (random.nextInt(3) == 0) {
          workers.flush();
        }
      }
    }
    log.close();
  }

  private void append(
      CommitLog log, Random random, String tenant, long lsn, boolean isFirst, boolean isLast)
      throws Exception {
    int pages = random.nextInt(10) == 0 ? 30 + random.nextInt(90) : random.nextInt(5);
    CommitPart part =
        CommitParts.part(tenant, lsn, isFirst, isLast, CommitParts.randomPages(random, pages));
    LogPosition end;
    try {
      end = log.append(part);
    } catch (LogBusyException full) {
      workers.flush();
      end = log.append(part);
    }
    parts.put(end.bytes(), new Placed(tenant, lsn, end.bytes(), end.bytes()));
  }

  /** Where each part really begins, as the undamaged log says. */
  private void place(SimulatedDisk disk) throws Exception {
    parts.clear();
    CommitLog log = TestLogs.open(copyOf(disk), new ManualWorkers());
    try (LogReader reader = log.reader(log.oldest())) {
      for (Optional<LoggedPart> next = reader.next(); next.isPresent(); next = reader.next()) {
        LoggedPart part = next.get();
        parts.put(
            part.position().bytes(),
            new Placed(
                part.part().tenant(),
                part.part().lsn(),
                part.position().bytes(),
                part.end().bytes()));
      }
    }
  }

  private static SimulatedDisk copyOf(SimulatedDisk source) throws IOException {
    SimulatedDisk copy = new SimulatedDisk(new Random(1));
    for (String name : source.list()) {
      try (LogFile file = copy.create(name)) {
        file.write(ByteBuffer.wrap(source.content(name)), 0);
        file.sync();
      }
    }
    return copy;
  }

  /** Destroys what lies from a position on, up to a length or the end of the segment. */
  private static long destroy(SimulatedDisk disk, Random random, long from, int length)
      throws IOException {
    long segment = from / TestLogs.SMALL.segmentBytes() * TestLogs.SMALL.segmentBytes();
    int offset = Math.toIntExact(from - segment);
    int bytes = Math.min(length, TestLogs.SMALL.segmentBytes() - offset);
    byte[] garbage = new byte[bytes];
    if (random.nextBoolean()) {
      random.nextBytes(garbage);
    }
    disk.poke(Segment.fileName(segment), offset, garbage);
    return from + bytes;
  }

  private List<Long> complete(String tenant) {
    List<Long> all = new ArrayList<>();
    for (long lsn = 1; lsn <= lsns.getOrDefault(tenant, 0L); lsn++) {
      all.add(lsn);
    }
    return all;
  }

  private boolean isTouched(String tenant, long from, long to) {
    return parts.values().stream()
        .anyMatch(part -> part.tenant().equals(tenant) && part.start() < to && part.end() > from);
  }

  private static List<Long> found(CommitLog log, String tenant, long redoLsn) throws Exception {
    return log.commitsAfter(tenant, redoLsn).stream().map(LoggedCommit::lsn).toList();
  }

  private void check(long seed, boolean isShort) throws Exception {
    Random random = new Random(seed);
    SimulatedDisk disk = new SimulatedDisk(new Random(seed));
    fill(disk, random);
    place(disk);
    long first = parts.firstKey();
    long last = parts.lastEntry().getValue().end();
    int length = 1 + random.nextInt(isShort ? RecentBatches.REACH_BYTES : 80 << 10);
    long from = first + (long) (random.nextDouble() * (last - first));
    long to = Math.min(destroy(disk, random, from, (int) Math.min(length, last - from)), last);
    workers = new ManualWorkers();
    CommitLog log = TestLogs.open(disk, workers);
    long redoLsn = random.nextInt(4) == 0 ? random.nextInt(20) : 0;
    boolean isHarmed = false;
    for (int i = 0; i < TENANTS; i++) {
      String tenant = "t" + i;
      Optional<TenantLoss> loss = log.lossOf(tenant, redoLsn);
      List<Long> expected = complete(tenant).stream().filter(lsn -> lsn > redoLsn).toList();
      if (loss.isEmpty()) {
        assertThat(found(log, tenant, redoLsn)).as("proved of %s", tenant).isEqualTo(expected);
      } else {
        isHarmed = true;
        harmed++;
        checkLoss(loss.get(), redoLsn, tenant);
        if (isShort) {
          assertThat(loss.get().isExact()).isTrue();
          assertThat(isTouched(tenant, from, to)).as("%s was touched", tenant).isTrue();
        }
      }
    }
    if (isHarmed) {
      assertThat(log.damage()).isNotEmpty();
    }
    goOn(log, disk, redoLsn);
  }

  private void checkLoss(TenantLoss loss, long redoLsn, String tenant) {
    long lastLsn = lsns.getOrDefault(tenant, 0L);
    assertThat(loss.provenLsn()).isGreaterThanOrEqualTo(redoLsn).isLessThan(loss.firstLsn());
    assertThat(loss.lastLsn()).isGreaterThanOrEqualTo(loss.firstLsn());
    if (loss.isExact()) {
      assertThat(loss.lastLsn()).isLessThanOrEqualTo(lastLsn);
    } else {
      assertThat(loss.lastLsn()).as("no LSN comes twice").isGreaterThanOrEqualTo(lastLsn);
    }
  }

  /** Judges the damage, as if all that is unharmed were redone, and goes on. */
  private void goOn(CommitLog log, SimulatedDisk disk, long redoLsn) throws Exception {
    Map<String, List<Long>> unharmed = new TreeMap<>();
    for (int i = 0; i < TENANTS; i++) {
      String tenant = "t" + i;
      if (log.lossOf(tenant, redoLsn).isEmpty()) {
        unharmed.put(tenant, new ArrayList<>());
        log.checkpointed(tenant, Long.MAX_VALUE);
      } else {
        log.checkpointed(tenant, Long.MAX_VALUE);
      }
    }
    boolean wasDamaged = !log.damage().isEmpty();
    log.damageJudged();
    for (Map.Entry<String, List<Long>> tenant : unharmed.entrySet()) {
      long next = Math.max(redoLsn, lsns.getOrDefault(tenant.getKey(), 0L)) + 1;
      log.append(CommitParts.commit(tenant.getKey(), next, 3));
      workers.flush();
      tenant.getValue().add(next);
    }
    workers.keepHouse();
    log.close();
    workers = new ManualWorkers();
    CommitLog reopened = TestLogs.open(disk, workers);
    assertThat(reopened.damage()).as("judged once").isEmpty();
    for (Map.Entry<String, List<Long>> tenant : unharmed.entrySet()) {
      long held = tenant.getValue().getFirst() - 1;
      assertThat(found(reopened, tenant.getKey(), held)).isEqualTo(tenant.getValue());
    }
    for (int i = 0; i < TENANTS; i++) {
      reopened.checkpointed("t" + i, Long.MAX_VALUE);
    }
    workers.keepHouse();
    boolean hasEvidence = disk.list().stream().anyMatch(name -> name.endsWith(".damaged"));
    assertThat(hasEvidence).isEqualTo(wasDamaged && reopened.oldest().bytes() > 0);
    reopened.discardEvidence();
    assertThat(disk.list()).noneMatch(name -> name.endsWith(".damaged"));
  }

  private void simulate(boolean isShort) {
    long first = Long.getLong("dosql.seed", 1);
    long seeds = Long.getLong("dosql.seeds", 60);
    for (long seed = first; seed < first + seeds; seed++) {
      try {
        parts.clear();
        lsns.clear();
        workers = new ManualWorkers();
        check(seed, isShort);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("replay with -Ddosql.seed=" + seed + " -Ddosql.seeds=1", e);
      }
    }
    assertThat(seeds < 20 || harmed > 0).as("damage harmed somebody").isTrue();
  }

  @Test
  void shortDamageHarmsNobodyWhoseCommitsItDoesNotTouch_andNothingIsLostSilently() {
    simulate(true);
  }

  @Test
  void longDamageLosesNothingSilently() {
    simulate(false);
  }
}
