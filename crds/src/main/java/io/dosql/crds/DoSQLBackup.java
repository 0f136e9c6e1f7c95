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

/** One backup of a database's tenants, taken once. */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Kind("DoSQLBackup")
@Singular("dosqlbackup")
@Plural("dosqlbackups")
@ShortNames("dosqlbak")
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
    name = "Bytes",
    jsonPath = ".status.bytes",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Tenants",
    jsonPath = ".status.tenants",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Completed",
    jsonPath = ".status.completionTime",
    type = AdditionalPrinterColumn.Type.DATE,
    priority = 0)
@AdditionalPrinterColumn(
    name = "LSN",
    jsonPath = ".status.lsn",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Verified",
    jsonPath = ".status.verified.result",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Location",
    jsonPath = ".status.location",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE,
    priority = 0)
// Spec and status are null until they are set: the base class has no other way.
@NullUnmarked
public final class DoSQLBackup extends CustomResource<BackupSpec, BackupStatus>
    implements Namespaced {

  private static final long serialVersionUID = 1L;

  @Override
  protected BackupSpec initSpec() {
    return null;
  }

  @Override
  protected BackupStatus initStatus() {
    return null;
  }
}
