package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/**
 * Whatever SQL does, and however it fails: a copy that follows the changes in the log is the same
 * as the tenant after every commit, by a model that knows nothing of how changes are captured.
 */
class RowChangesProperties {

  @Provide
  Arbitrary<List<Long>> statements() {
    return Arbitraries.longs().list().ofMinSize(20).ofMaxSize(120);
  }

  @Property(
      tries = 150,
      shrinking = ShrinkingMode.BOUNDED,
      afterFailure = AfterFailureMode.SAMPLE_FIRST)
  void aCopyThatFollowsTheChangesIsTheSame(
      @ForAll long schemaSeed, @ForAll("statements") List<Long> statementSeeds) throws Exception {
    Path folder = Files.createTempDirectory("row-changes");
    StringBuilder script = new StringBuilder();
    try (CapturedTenant tenant = new CapturedTenant(folder)) {
      for (String sql : RandomSql.schema(schemaSeed)) {
        script.append(sql).append(";\n");
        tenant.run(sql);
      }
      tenant.check();
      int vacuums = 0;
      for (long seed : statementSeeds) {
        String sql = RandomSql.statement(seed);
        boolean failed = tenant.tryRun(sql) != null;
        script.append(sql).append(failed ? "; -- fails\n" : ";\n");
        vacuums += sql.equals("VACUUM") && !failed ? 1 : 0;
        if (!tenant.isInTransaction()) {
          tenant.check();
        }
      }
      if (tenant.isInTransaction()) {
        tenant.run("ROLLBACK");
        tenant.check();
      }
      // A reset makes the copy right without any change: it must not be the way out.
      assertThat(tenant.resets()).isEqualTo(vacuums);
    } catch (Throwable failure) {
      throw new AssertionError(script.toString(), failure);
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
