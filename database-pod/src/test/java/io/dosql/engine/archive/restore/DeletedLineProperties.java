package io.dosql.engine.archive.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.line.LineContent;
import io.dosql.engine.archiver.chain.MemoryStore.Fault;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Wherever the deletion of a line is interrupted, in the middle of a request too, what is left
 * gives a state as it was or none.
 */
class DeletedLineProperties {

  private static final int STEPS = 50;
  private static final int BATCH = 4;
  private static final int MOMENTS = 12;

  /** Calls of a task before the deletion. */
  private static final int LISTINGS_FOR_LOG = 1;

  private static final int LISTINGS_FOR_CHAINS = 2;

  /** Plans that were made while something was gone already. */
  private final AtomicInteger plans = new AtomicInteger();

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void whatIsLeftIsRightOrRefused(@ForAll long seed) throws Exception {
    deleteALine(seed);
  }

  @Example
  void exactCommitsAreStillFound_soThatTheOtherTestLooksAtSomething() throws Exception {
    for (int seed = 0; seed < 5; seed++) {
      deleteALine(seed);
    }
    assertThat(plans).hasValueGreaterThan(100);
  }

  private void deleteALine(long seed) throws Exception {
    Random random = new Random(seed);
    Path folder = Files.createTempDirectory("deleted-line");
    try (ModelArchive archive = new ModelArchive(folder, random)) {
      for (int i = 0; i < STEPS; i++) {
        archive.step();
      }
      archive.archiveAll();
      LineContent content = archive.content(BATCH);
      check(archive, random);
      do {
        interrupt(archive, LISTINGS_FOR_LOG, random, content::deleteLogObjects);
        check(archive, random);
      } while (content.deleteLogObjects() > 0);
      List<String> snapshots = new ArrayList<>();
      String next = null;
      do {
        String after = next;
        interrupt(archive, LISTINGS_FOR_CHAINS, random, () -> content.deleteChains(after));
        check(archive, random);
        LineContent.Batch batch = content.deleteChains(after);
        assertThat(batch.kept()).isEmpty();
        snapshots.addAll(batch.snapshots().keySet());
        next = batch.next();
      } while (next != null);
      assertThat(archive.store().keys()).containsExactlyInAnyOrderElementsOf(snapshots);
      for (String snapshot : snapshots) {
        archive.store().delete(List.of(snapshot));
        check(archive, random);
      }
    } finally {
      RestorePlannerProperties.deleteAll(folder);
    }
  }

  private interface Task {
    Object run();
  }

  /** The task's deletion, if there is one, fails, and has been done in part or not at all. */
  private static void interrupt(ModelArchive archive, int callsBefore, Random random, Task task) {
    archive.store().failAfter(callsBefore, random.nextInt(4) == 0 ? Fault.AFTER : Fault.HALFWAY);
    try {
      Object _ = task.run();
    } catch (DosqlException interrupted) {
      assertThat(interrupted.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
    } finally {
      archive.store().heal();
    }
  }

  private void check(ModelArchive archive, Random random) {
    List<Instant> times = new ArrayList<>(archive.times());
    for (String tenant : ModelArchive.TENANTS) {
      List<ModelArchive.Commit> commits = archive.archived(tenant);
      for (ModelArchive.Commit commit : commits) {
        check(archive, tenant, new RestoreTarget.AtLsn(commit.lsn()), commit.lsn());
      }
      for (int i = 0; i < MOMENTS && !times.isEmpty(); i++) {
        Instant moment = times.get(random.nextInt(times.size())).plusMillis(random.nextInt(3) - 1L);
        long expected =
            commits.stream()
                .filter(commit -> !commit.time().isAfter(moment))
                .mapToLong(ModelArchive.Commit::lsn)
                .max()
                .orElse(0);
        check(archive, tenant, new RestoreTarget.AtTime(moment), expected);
      }
      long newest = commits.isEmpty() ? 0 : commits.getLast().lsn();
      check(archive, tenant, new RestoreTarget.Latest(), newest);
    }
  }

  private void check(ModelArchive archive, String tenant, RestoreTarget target, long expected) {
    // Whoever asks may know that everything was archived, as long as it was there.
    for (Instant completeTo : List.of(Instant.EPOCH, Instant.MAX)) {
      RestorePlan plan;
      try {
        plan = archive.planner().plan(tenant, target, completeTo);
      } catch (DosqlException refused) {
        assertThat(refused.code())
            .describedAs("%s of %s: %s", target, tenant, refused)
            .isIn(ErrorCode.SNAPSHOT_NOT_AVAILABLE, ErrorCode.NOT_FOUND);
        continue;
      }
      assertThat(plan.lsn()).describedAs("%s of %s: %s", target, tenant, plan).isEqualTo(expected);
      assertThat(archive.reached(plan)).describedAs("%s", plan).isEqualTo(expected);
      int _ = plans.incrementAndGet();
    }
  }
}
