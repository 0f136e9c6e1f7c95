package io.dosql.operator.status;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import java.net.HttpURLConnection;
import java.util.function.Supplier;

/** Writes a status by server-side apply, and only when it is another one. */
public final class StatusWriter {

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
    if (!isStillThere(context, primary)) {
      return false;
    }
    P patch = blank.get();
    patch.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(primary.getMetadata().getNamespace())
            .withName(primary.getMetadata().getName())
            .build());
    patch.setStatus(status);
    try {
      P written = context.resourceOperations().serverSideApplyPrimaryStatus(patch);
      return written != null;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  /**
   * A resource that was deleted and made again under its name while this pass went on is another
   * one: with the status of the first it would never run.
   */
  private static <P extends CustomResource<?, ?>> boolean isStillThere(
      Context<P> context, P primary) {
    P live = context.getClient().resource(primary).get();
    return live != null && live.getMetadata().getUid().equals(primary.getMetadata().getUid());
  }
}
