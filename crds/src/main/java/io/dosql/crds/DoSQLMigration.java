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

/** Schema migrations that every tenant of a database, or the named ones, shall have. */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Kind("DoSQLMigration")
@Singular("dosqlmigration")
@Plural("dosqlmigrations")
@ShortNames("dosqlmig")
@Categories(ApiGroup.CATEGORY)
@AdditionalPrinterColumn(
    name = "Database",
    jsonPath = ".spec.databaseRef.name",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 0)
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
    jsonPath = ".status.tenants.done",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Total",
    jsonPath = ".status.tenants.total",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Current",
    jsonPath = ".status.current",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE,
    priority = 0)
// Spec and status are null until they are set: the base class has no other way.
@NullUnmarked
public final class DoSQLMigration extends CustomResource<MigrationSpec, MigrationStatus>
    implements Namespaced {

  private static final long serialVersionUID = 1L;

  @Override
  protected MigrationSpec initSpec() {
    return null;
  }

  @Override
  protected MigrationStatus initStatus() {
    return null;
  }
}
