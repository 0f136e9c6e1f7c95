package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dosql.quickstart.kubernetes.ApiException.Cause;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that changes an object: creation, replacement, patches, server-side apply, deletion.
 * Each is one atomic step of the store, with what follows from it (defaults, validation,
 * generations, field managers, finalizers, garbage collection). Thread-safe.
 */
final class ObjectWriter {

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

  private static final SecureRandom RANDOM = new SecureRandom();

  private final ObjectStore store;
  private final ResourceTypes types;
  private final Admission admission;
  private final GarbageCollector collector;
  private final Clock clock;

  ObjectWriter(ObjectStore store, ResourceTypes types, Clock clock) {
    this.store = store;
    this.types = types;
    this.admission = new Admission();
    this.collector = new GarbageCollector(store, types, this::delete, this::update);
    this.clock = clock;
  }

  ObjectNode create(ResourceType type, String namespace, ObjectNode body, WriteOptions options) {
    return store.atomically(
        () -> {
          ObjectNode object = identified(type, namespace, body);
          if (!Json.textAt(object, "metadata", "resourceVersion").isEmpty()) {
            throw ApiException.badRequest(
                "resourceVersion should not be set on objects to be created");
          }
          Json.objectIn(object, "metadata").remove("managedFields");
          admission.admit(type, null, object, options);
          ManagedFields managed = new ManagedFields();
          managed.add(
              options.fieldManager(),
              "",
              type.apiVersion(),
              FieldSet.of(object, type.structure()),
              now());
          return insert(type, object, managed, options);
        });
  }

  private ObjectNode insert(
      ResourceType type, ObjectNode object, ManagedFields managed, WriteOptions options) {
    ObjectKey key = ObjectKey.of(type, object);
    if (store.get(key) != null) {
      throw ApiException.alreadyExists(type, key.name());
    }
    ObjectNode metadata = Json.objectIn(object, "metadata");
    metadata.remove(List.of("deletionTimestamp", "selfLink", "resourceVersion"));
    metadata.put("uid", UUID.randomUUID().toString());
    metadata.put("creationTimestamp", now());
    metadata.put("generation", 1);
    managed.writeTo(object);
    if (options.dryRun()) {
      return object;
    }
    ensureNamespace(key.namespace());
    ObjectNode stored = store.put(key, object);
    stored = afterWrite(type, stored);
    collector.created(type, stored);
    return stored;
  }

  /**
   * The body with its name and namespace, which must fit the path; without status, if that is
   * written by itself.
   */
  private static ObjectNode identified(ResourceType type, String namespace, ObjectNode body) {
    checkKind(type, body);
    ObjectNode object = body.deepCopy();
    ObjectNode metadata = Json.objectIn(object, "metadata");
    String name = metadata.path("name").asText("");
    String prefix = metadata.path("generateName").asText("");
    if (name.isEmpty() && !prefix.isEmpty()) {
      name =
          prefix + Integer.toString(RANDOM.nextInt(36 * 36 * 36 * 36, 36 * 36 * 36 * 36 * 36), 36);
      metadata.put("name", name);
    }
    if (name.isEmpty()) {
      throw ApiException.invalid(
          type,
          "",
          List.of(
              new Cause(
                  "FieldValueRequired",
                  "metadata.name",
                  "Required value: name or generateName is required")));
    }
    if (!NAME.matcher(name).matches()) {
      throw ApiException.invalid(
          type,
          name,
          List.of(
              Cause.invalid(
                  "metadata.name",
                  "\"" + name + "\"",
                  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.',"
                      + " and must start and end with an alphanumeric character")));
    }
    if (type.namespaced()) {
      String own = metadata.path("namespace").asText(namespace);
      if (!own.equals(namespace)) {
        throw ApiException.badRequest(
            "the namespace of the provided object does not match the namespace sent on the request");
      }
      if (!NAME.matcher(namespace).matches()) {
        throw ApiException.badRequest("\"" + namespace + "\" is not a name for a namespace");
      }
      metadata.put("namespace", namespace);
    } else {
      metadata.remove("namespace");
    }
    if (type.hasStatus()) {
      object.remove("status");
    }
    return object;
  }

  private static void checkKind(ResourceType type, JsonNode body) {
    String apiVersion = Json.textAt(body, "apiVersion");
    String kind = Json.textAt(body, "kind");
    if ((!apiVersion.isEmpty() && !apiVersion.equals(type.apiVersion()))
        || (!kind.isEmpty() && !kind.equals(type.kind()))) {
      throw ApiException.badRequest(
          "the object is a "
              + apiVersion
              + " "
              + kind
              + ", but the path is that of "
              + type.apiVersion()
              + " "
              + type.kind());
    }
    if (body instanceof ObjectNode object) {
      object.put("apiVersion", type.apiVersion()).put("kind", type.kind());
    }
  }

  /** Replaces an object, or its status, by a change of what is stored. */
  ObjectNode update(
      ResourceType type,
      ObjectKey key,
      String subresource,
      UnaryOperator<ObjectNode> change,
      WriteOptions options) {
    return store.atomically(
        () -> {
          ObjectNode old = existing(type, key);
          ObjectNode proposed = change.apply(old);
          checkKind(type, proposed);
          checkIdentity(type, key, old, proposed);
          ObjectNode next = scoped(type, old, proposed, subresource);
          admission.admit(type, old, next, options);
          ManagedFields managed = ManagedFields.of(old);
          Structure structure = type.structure();
          FieldSet changed = FieldSet.changed(old, next, structure);
          FieldSet gone = FieldSet.of(old, structure).minus(FieldSet.of(next, structure));
          if (!changed.isEmpty() || !gone.isEmpty()) {
            managed.release(changed.union(gone));
            managed.add(options.fieldManager(), subresource, type.apiVersion(), changed, now());
          }
          return replace(type, key, old, next, managed, options);
        });
  }

  /** Server-side apply. */
  ObjectNode apply(
      ResourceType type,
      ObjectKey key,
      String subresource,
      ObjectNode config,
      WriteOptions options) {
    return store.atomically(
        () -> {
          if (!Json.at(config, "metadata", "managedFields").isEmpty()) {
            throw ApiException.badRequest("metadata.managedFields must be nil");
          }
          checkKind(type, config);
          ObjectNode old = store.get(key);
          if (old == null && !subresource.isEmpty()) {
            throw ApiException.notFound(type, key.name());
          }
          ObjectNode base = old == null ? identified(type, key.namespace(), skeleton(key)) : old;
          checkIdentity(type, key, base, config);
          ServerSideApply.Result result =
              ServerSideApply.apply(
                  type, base, scopedConfig(type, config, subresource), subresource, options, now());
          ObjectNode next = result.object();
          admission.admit(type, old, next, options);
          return old == null
              ? insert(type, next, result.managed(), options)
              : replace(
                  type, key, old, scoped(type, old, next, subresource), result.managed(), options);
        });
  }

  private static ObjectNode skeleton(ObjectKey key) {
    ObjectNode object = Json.object();
    object.putObject("metadata").put("name", key.name());
    return object;
  }

  private static ObjectNode scopedConfig(ResourceType type, ObjectNode config, String subresource) {
    ObjectNode scoped = config.deepCopy();
    if (subresource.equals("status")) {
      scoped.retain("apiVersion", "kind", "status");
    } else if (type.hasStatus()) {
      scoped.remove("status");
    }
    return scoped;
  }

  /**
   * A write of the status changes nothing else; a write of the object does not change the status,
   * if that is written by itself.
   */
  private static ObjectNode scoped(
      ResourceType type, ObjectNode old, ObjectNode proposed, String subresource) {
    ObjectNode next = subresource.equals("status") ? old.deepCopy() : proposed.deepCopy();
    JsonNode status = subresource.equals("status") ? proposed.get("status") : old.get("status");
    if (type.hasStatus()) {
      if (status == null) {
        next.remove("status");
      } else {
        next.set("status", status.deepCopy());
      }
    }
    ObjectNode metadata = Json.objectIn(next, "metadata");
    ObjectNode before = Json.objectIn(old.deepCopy(), "metadata");
    for (String field :
        List.of(
            "name",
            "namespace",
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "managedFields")) {
      JsonNode value = before.get(field);
      if (value == null) {
        metadata.remove(field);
      } else {
        metadata.set(field, value);
      }
    }
    return next;
  }

  private ObjectNode existing(ResourceType type, ObjectKey key) {
    ObjectNode old = store.get(key);
    if (old == null) {
      throw ApiException.notFound(type, key.name());
    }
    return old;
  }

  private static void checkIdentity(
      ResourceType type, ObjectKey key, ObjectNode old, ObjectNode proposed) {
    String name = Json.textAt(proposed, "metadata", "name");
    if (!name.isEmpty() && !name.equals(key.name())) {
      throw ApiException.badRequest(
          "the name of the object ("
              + name
              + ") does not match the name on the URL ("
              + key.name()
              + ")");
    }
    String uid = Json.textAt(proposed, "metadata", "uid");
    String oldUid = Json.textAt(old, "metadata", "uid");
    if (!uid.isEmpty() && !oldUid.isEmpty() && !uid.equals(oldUid)) {
      throw ApiException.conflict(
          type,
          key.name(),
          "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + oldUid);
    }
    String version = Json.textAt(proposed, "metadata", "resourceVersion");
    if (!version.isEmpty() && !version.equals(Json.textAt(old, "metadata", "resourceVersion"))) {
      throw ApiException.conflict(
          type,
          key.name(),
          "the object has been modified; please apply your changes to the latest version and try again");
    }
  }

  private ObjectNode replace(
      ResourceType type,
      ObjectKey key,
      ObjectNode old,
      ObjectNode next,
      ManagedFields managed,
      WriteOptions options) {
    managed.writeTo(next);
    if (specChanged(type, old, next)) {
      Json.objectIn(next, "metadata")
          .put("generation", Json.at(old, "metadata", "generation").asLong(0) + 1);
    }
    if (next.equals(old) || options.dryRun()) {
      return next.equals(old) ? old : next;
    }
    ObjectNode stored = store.put(key, next);
    if (deletionFinished(stored)) {
      remove(type, key, DeleteOptions.PLAIN);
      return stored;
    }
    return afterWrite(type, stored);
  }

  private static boolean specChanged(ResourceType type, ObjectNode old, ObjectNode next) {
    return !withoutSystemParts(type, old).equals(withoutSystemParts(type, next));
  }

  private static ObjectNode withoutSystemParts(ResourceType type, ObjectNode object) {
    ObjectNode copy = object.deepCopy();
    copy.remove("metadata");
    if (type.hasStatus()) {
      copy.remove("status");
    }
    return copy;
  }

  private static boolean deletionFinished(ObjectNode object) {
    return Json.at(object, "metadata").has("deletionTimestamp")
        && Json.at(object, "metadata", "finalizers").isEmpty();
  }

  /**
   * Deletes an object, or marks it as being deleted while finalizers hold it. Returns the object as
   * it was or is.
   */
  ObjectNode delete(ResourceType type, ObjectKey key, DeleteOptions options) {
    return store.atomically(
        () -> {
          ObjectNode old = existing(type, key);
          checkPrecondition(type, key, "UID", options.uid(), Json.textAt(old, "metadata", "uid"));
          checkPrecondition(
              type,
              key,
              "ResourceVersion",
              options.resourceVersion(),
              Json.textAt(old, "metadata", "resourceVersion"));
          if (type.qualifiedName().equals("namespaces") && key.name().equals("default")) {
            throw ApiException.of(
                403,
                "Forbidden",
                "namespaces \"default\" is forbidden: this namespace may not be deleted");
          }
          if (options.dryRun()) {
            return old;
          }
          if (Json.at(old, "metadata", "finalizers").isEmpty()) {
            return remove(type, key, options);
          }
          if (Json.at(old, "metadata").has("deletionTimestamp")) {
            return old;
          }
          ObjectNode marked = old.deepCopy();
          ObjectNode metadata = Json.objectIn(marked, "metadata");
          metadata.put("deletionTimestamp", now()).put("deletionGracePeriodSeconds", 0);
          metadata.put("generation", metadata.path("generation").asLong(0) + 1);
          return store.put(key, marked);
        });
  }

  private static void checkPrecondition(
      ResourceType type, ObjectKey key, String what, String wanted, String actual) {
    if (!wanted.isEmpty() && !wanted.equals(actual)) {
      throw ApiException.conflict(
          type,
          key.name(),
          "Precondition failed: "
              + what
              + " in precondition: "
              + wanted
              + ", in object meta: "
              + actual);
    }
  }

  private ObjectNode remove(ResourceType type, ObjectKey key, DeleteOptions options) {
    ObjectNode removed = store.remove(key);
    collector.removed(type, removed, options.orphan());
    if (type.equals(CustomResources.DEFINITION)) {
      types.removeDefined(key.name());
    }
    return removed;
  }

  /** What a write of some kinds brings with it. */
  private ObjectNode afterWrite(ResourceType type, ObjectNode stored) {
    if (!type.equals(CustomResources.DEFINITION)) {
      return stored;
    }
    ObjectNode definition = stored.deepCopy();
    types.removeDefined(Json.textAt(definition, "metadata", "name"));
    types.add(CustomResources.type(definition));
    CustomResources.setEstablished(definition, now());
    return definition.equals(stored)
        ? stored
        : store.put(ObjectKey.of(type, definition), definition);
  }

  /**
   * A namespace that is named is there: nobody on one machine wants to be asked to make it first.
   */
  void ensureNamespace(String namespace) {
    ResourceType type = types.find("", "v1", "namespaces").orElseThrow();
    if (!namespace.isEmpty() && store.get(ObjectKey.of(type, "", namespace)) == null) {
      ObjectNode object = Json.object();
      object
          .putObject("metadata")
          .put("name", namespace)
          .putObject("labels")
          .put("kubernetes.io/metadata.name", namespace);
      var _ = create(type, "", object, new WriteOptions("embedded-api", false, false, false));
    }
  }

  /** An update whose body was sent by a client: custom resources are never replaced blindly. */
  static UnaryOperator<ObjectNode> replacement(ResourceType type, @Nullable JsonNode body) {
    return old -> {
      if (!(body instanceof ObjectNode object)) {
        throw ApiException.badRequest("the body must be an object");
      }
      if (type.custom() && Json.textAt(object, "metadata", "resourceVersion").isEmpty()) {
        throw ApiException.invalid(
            type,
            Json.textAt(old, "metadata", "name"),
            List.of(
                Cause.invalid(
                    "metadata.resourceVersion", "0x0", "must be specified for an update")));
      }
      return Objects.requireNonNull(object);
    };
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
