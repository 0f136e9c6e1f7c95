package io.dosql.operator.database;

import io.dosql.crds.DoSQLDatabase;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The metadata of everything that the operator makes for a database. */
final class DatabaseLabels {

  /** Names the database that an object was made for; the informers map by it. */
  static final String DATABASE = "dosql.io/database";

  /** On the Secret of a user: whose it is. */
  static final String USER = "dosql.io/user";

  static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  static final String OPERATOR = "dosql-operator";

  /** What the operator's informers select. */
  static final String SELECTOR = MANAGED_BY + "=" + OPERATOR + "," + DATABASE;

  private static final int LABEL_LENGTH_MAX = 63;

  private DatabaseLabels() {}

  /** What never changes: a StatefulSet's selector cannot. */
  static Map<String, String> selector(DoSQLDatabase database) {
    return new TreeMap<>(
        Map.of(
            "app.kubernetes.io/name",
            "dosql-database",
            "app.kubernetes.io/instance",
            database.getMetadata().getName()));
  }

  /** Without the version: for objects that outlive a change of the image, such as volumes. */
  static Map<String, String> lasting(DoSQLDatabase database) {
    Map<String, String> labels = selector(database);
    labels.put("app.kubernetes.io/component", "engine");
    labels.put("app.kubernetes.io/part-of", "dosql");
    labels.put(MANAGED_BY, OPERATOR);
    labels.put(DATABASE, database.getMetadata().getName());
    return labels;
  }

  static Map<String, String> all(DoSQLDatabase database, String image) {
    Map<String, String> labels = lasting(database);
    labels.put("app.kubernetes.io/version", version(image));
    return labels;
  }

  /** Metadata of an object that goes when the database goes. */
  static ObjectMeta owned(DoSQLDatabase database, String name, String image) {
    return new ObjectMetaBuilder()
        .withNamespace(database.getMetadata().getNamespace())
        .withName(name)
        .withLabels(all(database, image))
        .withOwnerReferences(owner(database))
        .build();
  }

  /**
   * Without blockOwnerDeletion: some clusters let only those set it who may change the owner's
   * finalizers, and nothing here waits for its dependents.
   */
  static OwnerReference owner(DoSQLDatabase database) {
    return new OwnerReferenceBuilder()
        .withApiVersion(database.getApiVersion())
        .withKind(database.getKind())
        .withName(database.getMetadata().getName())
        .withUid(database.getMetadata().getUid())
        .withController(true)
        .build();
  }

  /**
   * Whether the object belongs to this very database, rather than to an earlier one of its name.
   */
  static boolean isOwnedBy(DoSQLDatabase database, HasMetadata object) {
    return object.getMetadata().getOwnerReferences().stream()
        .map(OwnerReference::getUid)
        .anyMatch(database.getMetadata().getUid()::equals);
  }

  /** Whether the operator made the object for an earlier database: it goes with that one. */
  static boolean isLeaving(DoSQLDatabase database, HasMetadata object) {
    return isOurs(object)
        && object.getMetadata().getOwnerReferences().stream()
            .anyMatch(
                owner ->
                    owner.getKind().equals(database.getKind())
                        && !owner.getUid().equals(database.getMetadata().getUid()));
  }

  /**
   * Whether a user's Secret would take the place of what is not that user's: a resource may name
   * any Secret, also one of another database's or of another user's.
   */
  static boolean isAnothers(HasMetadata desired, HasMetadata live) {
    String user = desired.getMetadata().getLabels().get(USER);
    Map<String, String> labels = live.getMetadata().getLabels();
    return user != null
        && !(labels != null
            && user.equals(labels.get(USER))
            && Objects.equals(
                desired.getMetadata().getLabels().get(DATABASE), labels.get(DATABASE)));
  }

  /** Whether the operator made the object for a user. */
  static boolean isUsers(HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return isOurs(object) && labels.containsKey(USER);
  }

  /** Whether the object is one that the operator made for a database. */
  static boolean isOurs(HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return labels != null
        && OPERATOR.equals(labels.get(MANAGED_BY))
        && labels.containsKey(DATABASE);
  }

  /** The tag of an image, or the beginning of its digest, as a label's value. */
  private static String version(String image) {
    String name = image.substring(image.lastIndexOf('/') + 1);
    int digest = name.indexOf('@');
    int tag = name.indexOf(':');
    String version;
    if (tag >= 0 && (digest < 0 || tag < digest)) {
      version = name.substring(tag + 1, digest < 0 ? name.length() : digest);
    } else {
      version = digest >= 0 ? name.substring(name.indexOf(':', digest) + 1) : "latest";
    }
    String allowed = version.replaceAll("[^A-Za-z0-9._-]", "-");
    String cut = allowed.substring(0, Math.min(LABEL_LENGTH_MAX, allowed.length()));
    return cut.replaceAll("^[^A-Za-z0-9]+|[^A-Za-z0-9]+$", "");
  }
}
