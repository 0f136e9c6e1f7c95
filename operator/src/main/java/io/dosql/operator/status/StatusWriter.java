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
}
