package io.dosql.crds;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.NullUnmarked;

/** One restore, in place, of tenants to a backup, a moment or a commit, run once. */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Kind("DoSQLRestore")
@Singular("dosqlrestore")
@Plural("dosqlrestores")
@ShortNames("dosqlrst")
@Categories(ApiGroup.CATEGORY)
@AdditionalPrinterColumn(
    name = "Database",
    jsonPath = ".spec.databaseRef.name",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Backup",
    jsonPath = ".spec.backupRef.name",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Target Time",
    jsonPath = ".spec.targetTime",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Dry Run",
    jsonPath = ".spec.dryRun",
    type = AdditionalPrinterColumn.Type.BOOLEAN,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Status",
    jsonPath = ".status.phase",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Done",
    jsonPath = ".status.progress.done",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Total",
    jsonPath = ".status.progress.total",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Percent",
    jsonPath = ".status.progress.percent",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Reached",
    jsonPath = ".status.targetReached.time",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE,
    priority = 0)
// Spec and status are null until they are set: the base class has no other way.
@NullUnmarked
public final class DoSQLRestore extends CustomResource<RestoreSpec, RestoreStatus>
    implements Namespaced {

  private static final long serialVersionUID = 1L;

  @Override
  protected RestoreSpec initSpec() {
    return null;
  }

  @Override
  protected RestoreStatus initStatus() {
    return null;
  }
}
