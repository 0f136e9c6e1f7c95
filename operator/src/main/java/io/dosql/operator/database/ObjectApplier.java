package io.dosql.operator.database;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies desired objects by server-side apply, and only those that differ. What an informer's
 * cache says is enough to do nothing; before a write the object is read, because a cache may lag
 * behind an own write.
 *
 * <p>An apply leaves what others added to a list, such as a port of a Service that somebody edited:
 * the object then has both, or the API server refuses it because they contradict each other. A
 * merge patch, which replaces lists, sets that right.
 */
final class ObjectApplier {

  private static final Logger LOG = LoggerFactory.getLogger(ObjectApplier.class);

  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(DatabaseLabels.OPERATOR)
          .withForce(true)
          .build();

  static final PatchContext MERGE =
      new PatchContext.Builder()
          .withPatchType(PatchType.JSON_MERGE)
          .withFieldManager(DatabaseLabels.OPERATOR)
          .build();

  private final KubernetesClient client;

  ObjectApplier(KubernetesClient client) {
    this.client = client;
  }

  /** What became of one desired object. */
  sealed interface Result<T> {

    /** The cluster has it; {@code actual} is how. */
    record Applied<T>(T actual) implements Result<T> {}

    /** The API server refused it, or it belongs to somebody else. */
    record Refused<T>(String reason, String message) implements Result<T> {}
  }

  /**
   * @param cached what an informer knows of the object
   * @throws KubernetesClientException when the API server could not be asked: try again later
   */
  <T extends HasMetadata> Result<T> apply(T desired, Optional<? extends HasMetadata> cached) {
    T hashed = ObjectComparison.withHash(desired);
    if (cached.isPresent() && ObjectComparison.matches(hashed, cached.get())) {
      return new Result.Applied<>(sameType(hashed, cached.get()));
    }
    T live = client.resource(hashed).get();
    if (live != null && !DatabaseLabels.isOurs(live) && !haveCommonOwner(hashed, live)) {
      return new Result.Refused<>(
          "NameTaken",
          "%s %s exists and was not made by the operator; rename it or the database."
              .formatted(live.getKind(), live.getMetadata().getName()));
    }
    if (live != null && DatabaseLabels.isAnothers(hashed, live)) {
      return new Result.Refused<>(
          "NameTaken",
          "Secret %s is in use for something else; give the user another secretName."
              .formatted(live.getMetadata().getName()));
    }
    if (live != null && ObjectComparison.matches(hashed, live)) {
      return new Result.Applied<>(live);
    }
    Result<T> applied = write(hashed);
    boolean asDesired =
        applied instanceof Result.Applied<T> done
            && ObjectComparison.matches(hashed, done.actual());
    return live == null || asDesired ? applied : patch(hashed, MERGE);
  }

  /** Somebody may have taken the labels away. */
  private static boolean haveCommonOwner(HasMetadata desired, HasMetadata live) {
    return desired.getMetadata().getOwnerReferences().stream()
        .map(OwnerReference::getUid)
        .anyMatch(
            uid ->
                live.getMetadata().getOwnerReferences().stream()
                    .map(OwnerReference::getUid)
                    .anyMatch(uid::equals));
  }

  /** Applies without a look: for a single field of an object that others own. */
  <T extends HasMetadata> Result<T> write(T desired) {
    return patch(desired, APPLY);
  }

  private <T extends HasMetadata> Result<T> patch(T desired, PatchContext how) {
    try {
      T written = client.resource(desired).patch(how);
      LOG.info(
          "{}: {} {}/{}",
          how.getPatchType(),
          desired.getKind(),
          desired.getMetadata().getNamespace(),
          desired.getMetadata().getName());
      return new Result.Applied<>(written);
    } catch (KubernetesClientException e) {
      if (!isRefusal(e.getCode())) {
        throw e;
      }
      return new Result.Refused<>(
          "ApplyRefused",
          "The API server refused %s %s: %s"
              .formatted(desired.getKind(), desired.getMetadata().getName(), cause(e)));
    }
  }

  /** 400 malformed, 403 forbidden or over quota, 422 invalid; all else may pass by itself. */
  private static boolean isRefusal(int httpStatus) {
    return httpStatus == 400 || httpStatus == 403 || httpStatus == 422;
  }

  private static String cause(KubernetesClientException e) {
    return e.getStatus() != null && e.getStatus().getMessage() != null
        ? e.getStatus().getMessage()
        : String.valueOf(e.getMessage());
  }

  // Both have one kind and name.
  @SuppressWarnings("unchecked")
  private static <T extends HasMetadata> T sameType(T desired, HasMetadata actual) {
    return (T) desired.getClass().cast(actual);
  }
}
