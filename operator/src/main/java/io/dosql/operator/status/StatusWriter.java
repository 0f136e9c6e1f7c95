package io.dosql.operator.status;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import java.net.HttpURLConnection;
import java.util.function.Supplier;

/**
 * Writes a status by server-side apply, and only when it is another one; and only to the resource
 * that was seen: one that was deleted and made again under its name is another one, and with the
 * status of the first it would never run. An API server does not look at the uid of what is applied
 * to a status, but at its version.
 */
public final class StatusWriter {

  /** Of a write that others' writes overtake. */
  private static final int ATTEMPTS_MAX = 5;

  private StatusWriter() {}

  /**
   * @param blank makes an empty resource of the kind
   * @return whether the resource is still there
   */
  public static <S, P extends CustomResource<?, S>> boolean write(
      Context<P> context, P primary, S status, Supplier<P> blank) {
    if (status.equals(primary.getStatus())) {
      return true;
    }
    for (int attempt = 1; ; attempt++) {
      P live = context.getClient().resource(primary).get();
      if (live == null || !live.getMetadata().getUid().equals(primary.getMetadata().getUid())) {
        return false;
      }
      P patch = blank.get();
      patch.setMetadata(
          new ObjectMetaBuilder()
              .withNamespace(primary.getMetadata().getNamespace())
              .withName(primary.getMetadata().getName())
              .withResourceVersion(live.getMetadata().getResourceVersion())
              .build());
      patch.setStatus(status);
      try {
        P written = context.resourceOperations().serverSideApplyPrimaryStatus(patch);
        return written != null;
      } catch (KubernetesClientException e) {
        boolean changed =
            e.getCode() == HttpURLConnection.HTTP_CONFLICT
                || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND;
        if (!changed || attempt == ATTEMPTS_MAX) {
          throw e;
        }
      }
    }
  }
}
