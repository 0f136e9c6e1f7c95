package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLRestore;
import io.dosql.crds.RestoredTenant;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A database goes back to a second of its past, and forward again, while a client writes. */
final class PointInTimeE2E {

  private static final String DATABASE = "orders";

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("moment");

  @Test
  void aSecondOfThePastComesBackWhileAClientWrites_andWhatItReplacedToo() throws Exception {
    Bucket bucket = NAMESPACE.createBucket();
    NAMESPACE.applyDatabase(DATABASE, bucket.name(), "");
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, DATABASE);
    PodIdentity pod = PodIdentity.of(NAMESPACE, DATABASE);
    SqlClient sql = NAMESPACE.sql(DATABASE);
    try (RowWriter writer = new RowWriter(NAMESPACE.sql(DATABASE), "main");
        RowWriter bystander = new RowWriter(NAMESPACE.sql(DATABASE), "bystander")) {
      Instant second = writer.awaitAnother().at().truncatedTo(ChronoUnit.SECONDS).plusSeconds(2);
      writer.awaitRow("a row of a second later", row -> row.at().isAfter(second.plusSeconds(1)));
      PodMetrics.awaitArchived(sql);

      RestoredTenant planned = plan(second);
      long target = Long.parseLong(planned.lsn());
      List<RowWriter.Row> written = writer.acknowledged();
      assertThat(written)
          .as("no row from after %s would come back", second)
          .filteredOn(row -> row.at().isAfter(second))
          .isNotEmpty()
          .allMatch(row -> row.lsn() > target);
      assertThat(written.subList(0, written.size() - 1))
          .as("all rows from before %s would come back", second)
          .filteredOn(row -> !written.get(written.indexOf(row) + 1).at().isAfter(second))
          .isNotEmpty()
          .allMatch(row -> row.lsn() <= target);
      RowWriter.Row planning = writer.awaitAnother();
      assertThat(writer.stored(sql, planning.id()))
          .as("a dry run changes nothing")
          .isEqualTo(writer.ids(row -> row.id() <= planning.id()));

      NAMESPACE.applyRestoreTo("undo", DATABASE, main("targetTime: \"%s\"".formatted(second)));
      RestoredTenant undone = onlyTenant(NAMESPACE.awaitRestored("undo"));
      long undo = Long.parseLong(undone.newLsn());
      assertThat(undone.lsn()).isEqualTo(planned.lsn());
      RowWriter.Row after = writer.awaitAnother();
      assertThat(after.lsn()).as("writing went on behind the restore").isGreaterThan(undo);
      assertThat(writer.stored(sql, after.id()))
          .isEqualTo(
              writer.ids(
                  row -> row.id() <= after.id() && (row.lsn() <= target || row.lsn() > undo)));

      PodMetrics.awaitArchived(sql);
      NAMESPACE.applyRestoreTo("redo", DATABASE, main("targetLsn: %d".formatted(undo - 1)));
      long redo = Long.parseLong(onlyTenant(NAMESPACE.awaitRestored("redo")).newLsn());
      RowWriter.Row last = writer.awaitAnother();
      assertThat(writer.stored(sql, last.id()))
          .isEqualTo(
              writer.ids(row -> row.id() <= last.id() && (row.lsn() < undo || row.lsn() > redo)));

      RowWriter.Row beside = bystander.awaitAnother();
      assertThat(bystander.stored(sql, beside.id()))
          .as("a tenant that was not named keeps every row")
          .isEqualTo(bystander.ids(row -> row.id() <= beside.id()));
      assertThat(writer.failures()).isEmpty();
      assertThat(bystander.failures()).isEmpty();
    }
    assertThat(PodIdentity.of(NAMESPACE, DATABASE)).as("the pod").isEqualTo(pod);
  }

  private static RestoredTenant plan(Instant second) {
    NAMESPACE.applyRestoreTo(
        "plan", DATABASE, main("targetTime: \"%s\"\ndryRun: true".formatted(second)));
    return onlyTenant(NAMESPACE.awaitRestored("plan"));
  }

  private static String main(String target) {
    return "tenants: [main]\n" + target;
  }

  private static RestoredTenant onlyTenant(DoSQLRestore restore) {
    assertThat(restore.getStatus().plan())
        .extracting(RestoredTenant::tenant)
        .containsExactly("main");
    return restore.getStatus().plan().getFirst();
  }
}
