package io.dosql.operator.main;

import static io.dosql.operator.testing.Databases.database;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DatabaseStatus;
import io.dosql.crds.DatabaseStatus.BackupSummary;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.ResourceCondition;
import io.prometheus.client.CollectorRegistry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DatabaseMetricsTest {

  private final List<DoSQLDatabase> databases = new ArrayList<>();
  private final CollectorRegistry registry = new CollectorRegistry();

  DatabaseMetricsTest() {
    new DatabaseMetrics(databases::stream).register(registry);
  }

  private void add(@Nullable String verifiedTime, String... conditions) {
    List<ResourceCondition> all = new ArrayList<>();
    for (String condition : conditions) {
      String[] parts = condition.split("/", 3);
      all.add(
          new ResourceCondition(
              parts[0], parts[1], 1L, "2026-11-24T00:00:00Z", parts[2], "message"));
    }
    BackupSummary summary =
        new BackupSummary(
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            "b",
            verifiedTime,
            null);
    databases.add(
        database()
            .status(new DatabaseStatus(1L, null, all, null, null, null, summary, null, null))
            .build());
  }

  private @Nullable Double verified(String name) {
    return registry.getSampleValue(
        name, new String[] {"namespace", "database"}, new String[] {"shop", "orders"});
  }

  private long series() {
    return java.util.Collections.list(registry.metricFamilySamples()).stream()
        .mapToLong(family -> family.samples.size())
        .sum();
  }

  @Test
  void verification_isAValueAndATime() {
    add("2026-11-24T04:00:00Z", "BackupsVerified/False/VerificationFailed");
    assertThat(verified("dosql_operator_backup_verified")).isZero();
    assertThat(verified("dosql_operator_backup_verified_timestamp_seconds"))
        .isEqualTo(1_795_492_800.0);
  }

  @Test
  void databaseThatIsWell_andWasNeverVerified_hasNoSeries() {
    add(
        null,
        "Ready/False/PodNotReady",
        "Reconciling/False/UpToDate",
        "Stalled/False/NoProblem",
        "Archiving/True/Archiving",
        "BackupsVerified/Unknown/NotVerifiedYet");
    assertThat(series()).isZero();
  }

  @Test
  void whatFails_isNamed_andGoesWithTheDatabase() {
    add(null, "Archiving/False/Stalled", "Stalled/True/InvalidSchedule");
    String[] labels = {"namespace", "database", "condition", "reason"};
    assertThat(
            registry.getSampleValue(
                "dosql_operator_condition_failing",
                labels,
                new String[] {"shop", "orders", "Archiving", "Stalled"}))
        .isEqualTo(1.0);
    assertThat(
            registry.getSampleValue(
                "dosql_operator_condition_failing",
                labels,
                new String[] {"shop", "orders", "Stalled", "InvalidSchedule"}))
        .isEqualTo(1.0);
    databases.clear();
    assertThat(series()).isZero();
  }
}
