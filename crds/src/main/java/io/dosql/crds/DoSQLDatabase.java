package io.dosql.crds;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
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

/** A database: an engine pod with its tenants, Services, Secrets and volume. */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@Kind("DoSQLDatabase")
@Singular("dosqldatabase")
@Plural("dosqldatabases")
@ShortNames("dosqldb")
@Categories(ApiGroup.CATEGORY)
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
    name = "Tenants",
    jsonPath = ".status.tenants.total",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Archiving",
    jsonPath = ".status.conditions[?(@.type==\"Archiving\")].status",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Last Backup",
    jsonPath = ".status.backup.lastTime",
    type = AdditionalPrinterColumn.Type.DATE,
    priority = 0)
@AdditionalPrinterColumn(
    name = "Backups",
    jsonPath = ".status.backup.count",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Restorable Until",
    jsonPath = ".status.backup.newestRestorable",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Endpoint",
    jsonPath = ".status.endpoint",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Version",
    jsonPath = ".status.currentVersion",
    type = AdditionalPrinterColumn.Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE,
    priority = 0)
@ValidationRule(
    value = "size(self.metadata.name) <= 52",
    message =
        "metadata.name is too long: use at most 52 characters, so that the names of the pod and"
            + " its volume fit into labels")
@ValidationRule(
    value = "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message =
        "metadata.name must begin with a letter and hold only lower-case letters, digits and '-',"
            + " because Services are named after it")
// Spec and status are null until they are set: the base class has no other way.
@NullUnmarked
public final class DoSQLDatabase extends CustomResource<DatabaseSpec, DatabaseStatus>
    implements Namespaced {

  private static final long serialVersionUID = 1L;

  @Override
  protected DatabaseSpec initSpec() {
    return null;
  }

  @Override
  protected DatabaseStatus initStatus() {
    return null;
  }
}
