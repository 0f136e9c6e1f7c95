package io.dosql.operator.database;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dosql.crds.BackupSpec;
import io.dosql.crds.DatabaseRef;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.backup.DueBackup;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.EngineClients;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.OperationRequest;
import io.dosql.operator.pod.Reply;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what was decided. Each action may be done again: it finds itself done. */
final class DatabaseActions {

  private static final Logger LOG = LoggerFactory.getLogger(DatabaseActions.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final PatchContext MERGE =
      new PatchContext.Builder()
          .withPatchType(PatchType.JSON_MERGE)
          .withFieldManager(DatabaseLabels.OPERATOR)
          .build();

  private final KubernetesClient client;
  private final EngineClients engines;
  private final BackupListings listings;

  DatabaseActions(KubernetesClient client, EngineClients engines, BackupListings listings) {
    this.client = client;
    this.engines = engines;
    this.listings = listings;
  }

  void perform(DoSQLDatabase database, DatabaseAction action) {
    DatabaseKey key = DatabaseKey.of(database);
    switch (action) {
      case DatabaseAction.CreateBackup create -> create(database, create.due());
      case DatabaseAction.StartPruning start -> {
        Reply<Operation> reply =
            engines.of(key).start(start.operationId(), new OperationRequest.Prune(start.names()));
        LOG.info("{}: asked to delete the backups {}: {}", key, start.names(), reply);
      }
      case DatabaseAction.AskToVerify ask ->
          annotate(
              client.resources(DoSQLBackup.class),
              key.namespace(),
              ask.request().backup(),
              DueBackup.VERIFY_ANNOTATION,
              ask.request().value());
      case DatabaseAction.MarkClaim mark ->
          annotate(
              client.persistentVolumeClaims(),
              key.namespace(),
              key.dataClaim(),
              BootstrapPlan.CLAIM_ANNOTATION,
              mark.mark());
      case DatabaseAction.StartBootstrap start -> {
        Reply<Operation> reply = engines.of(key).start(start.operationId(), start.request());
        LOG.info("{}: asked to restore what it begins with: {}", key, reply);
      }
      case DatabaseAction.ForgetListing _ -> listings.forget(key);
      case DatabaseAction.EmptySecrets empty -> empty.names().forEach(name -> empty(key, name));
      case DatabaseAction.DeleteBackups delete ->
          delete.names().forEach(name -> deleteBackup(key, name));
    }
  }

  /**
   * The operator may delete no Secrets, so that no fault of its can take away keys. What is gone
   * from one of a former user is all that is secret in it.
   */
  private void empty(DatabaseKey key, String name) {
    var found = client.secrets().inNamespace(key.namespace()).withName(name);
    Secret live = found.get();
    if (live == null || !DatabaseLabels.isUsers(live)) {
      return;
    }
    ObjectNode entries = JSON.createObjectNode();
    AppSecret.secretEntries(live).forEach(entries::putNull);
    ObjectNode patch = JSON.createObjectNode();
    patch
        .putObject("metadata")
        .put("resourceVersion", live.getMetadata().getResourceVersion())
        .putObject("annotations")
        .putNull(ObjectComparison.HASH_ANNOTATION);
    patch.set("data", entries);
    var _ = found.patch(ObjectApplier.MERGE, patch.toString());
    LOG.info("{}: took the token out of the Secret {}, whose user is no more", key, name);
  }

  /**
   * By a merge patch: a server-side apply would give up what it does not repeat, such as the size
   * of a claim. What is gone meanwhile needs no annotation.
   */
  private static <T extends HasMetadata> void annotate(
      MixedOperation<T, ?, ? extends Resource<T>> resources,
      String namespace,
      String name,
      String annotation,
      String value) {
    String patch =
        JSON.createObjectNode()
            .set(
                "metadata",
                JSON.createObjectNode()
                    .set("annotations", JSON.createObjectNode().put(annotation, value)))
            .toString();
    try {
      var _ = resources.inNamespace(namespace).withName(name).patch(MERGE, patch);
      LOG.info("{}/{}: {}: {}", namespace, name, annotation, value);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }

  private void deleteBackup(DatabaseKey key, String name) {
    client.resources(DoSQLBackup.class).inNamespace(key.namespace()).withName(name).delete();
    LOG.info("{}: deleted the DoSQLBackup {}, whose backup is gone or failed", key, name);
  }

  /** Without an owner: backups and what describes them outlive the database. */
  private void create(DoSQLDatabase database, DueBackup due) {
    DoSQLBackup backup = new DoSQLBackup();
    Map<String, String> labels = new TreeMap<>(DatabaseLabels.lasting(database));
    labels.put(DueBackup.SCHEDULED_LABEL, "true");
    backup.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(database.getMetadata().getNamespace())
            .withName(due.name())
            .withLabels(labels)
            .build());
    backup.setSpec(
        new BackupSpec(new DatabaseRef(database.getMetadata().getName()), null, null, null));
    try {
      client.resource(backup).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      LOG.debug("the DoSQLBackup {} was made before", due.name());
    }
  }
}
