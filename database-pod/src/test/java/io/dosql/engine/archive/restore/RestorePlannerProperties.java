package io.dosql.engine.archive.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Whatever an archive has been through, a plan brings back exactly the commits of its target, or
 * there is none; and there is one for all that is promised. jqwik prints the seed of a failure and
 * replays it.
 */
class RestorePlannerProperties {

  private static final int STEPS = 60;

  @Property(tries = 120, shrinking = ShrinkingMode.OFF)
  void plansAreExact(@ForAll long seed) throws Exception {
    Path folder = Files.createTempDirectory("planner");
    try (ModelArchive archive = new ModelArchive(folder, new Random(seed))) {
      for (int i = 0; i < STEPS; i++) {
        archive.step();
        if (i % 20 == 19) {
          check(archive);
        }
      }
    } finally {
      deleteAll(folder);
    }
  }

  private static void check(ModelArchive archive) {
    Optional<Instant> oldest = archive.promisedFrom();
    for (String tenant : ModelArchive.TENANTS) {
      List<ModelArchive.Commit> commits = archive.archived(tenant);
      for (ModelArchive.Commit commit : commits) {
        boolean isPromised = oldest.filter(from -> !commit.time().isBefore(from)).isPresent();
        check(archive, tenant, new RestoreTarget.AtLsn(commit.lsn()), commit.lsn(), isPromised);
      }
      for (Instant time : archive.times()) {
        for (Instant moment : List.of(time.minusMillis(1), time, time.plusNanos(500_000))) {
          long expected =
              commits.stream()
                  .filter(commit -> !commit.time().isAfter(moment))
                  .mapToLong(ModelArchive.Commit::lsn)
                  .max()
                  .orElse(0);
          boolean isPromised =
              oldest.filter(from -> !moment.isBefore(from)).isPresent()
                  && !moment.isAfter(archive.newest());
          check(archive, tenant, new RestoreTarget.AtTime(moment), expected, isPromised);
        }
      }
      if (!commits.isEmpty()) {
        check(
            archive,
            tenant,
            new RestoreTarget.Latest(),
            commits.getLast().lsn(),
            oldest.isPresent());
      }
    }
  }

  private static void check(
      ModelArchive archive,
      String tenant,
      RestoreTarget target,
      long expected,
      boolean isPromised) {
    RestorePlan plan;
    try {
      plan = archive.planner().plan(tenant, target, Instant.EPOCH);
    } catch (DosqlException refused) {
      assertThat(refused.code())
          .describedAs("%s of %s: %s", target, tenant, refused)
          .isIn(ErrorCode.SNAPSHOT_NOT_AVAILABLE, ErrorCode.NOT_FOUND);
      boolean isUnknown = refused.code() == ErrorCode.NOT_FOUND && expected == 0;
      assertThat(isPromised && !isUnknown)
          .describedAs("%s of %s is promised, but: %s", target, tenant, refused)
          .isFalse();
      return;
    }
    assertThat(plan.lsn()).describedAs("%s of %s: %s", target, tenant, plan).isEqualTo(expected);
    assertThat(archive.reached(plan))
        .describedAs("what the objects of the plan hold: %s", plan)
        .isEqualTo(expected);
  }

  static void deleteAll(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
