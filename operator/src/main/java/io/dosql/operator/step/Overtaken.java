package io.dosql.operator.step;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.Objects;

/**
 * Passes that somebody has overtaken: by a change of the resource while the pass wrote its status,
 * or by making it again under its name.
 *
 * <p>The SDK keeps the answer to a write in its cache, with that change in it, and passes over all
 * events up to it as those of the write: nothing else would tell of the change. And the end of a
 * pass over a resource that is gone sets the time of the next look at the one that has its name.
 */
public final class Overtaken {

  private static final Duration AT_ONCE = Duration.ofMillis(100);

  private Overtaken() {}

  /**
   * @param seen what the pass went by
   * @param done what it ended with
   * @return that, or another pass at once if the resource is another one by now
   */
  public static <P extends HasMetadata> UpdateControl<P> lookAgain(
      Context<P> context, P seen, UpdateControl<P> done) {
    return context
        .getPrimaryCache()
        .get(ResourceID.fromResource(seen))
        .filter(now -> isChanged(seen.getMetadata(), now.getMetadata()))
        .map(_ -> UpdateControl.<P>noUpdate().rescheduleAfter(AT_ONCE))
        .orElse(done);
  }

  private static boolean isChanged(ObjectMeta seen, ObjectMeta now) {
    return !Objects.equals(seen.getUid(), now.getUid())
        || !Objects.equals(seen.getGeneration(), now.getGeneration())
        || !Objects.equals(seen.getDeletionTimestamp(), now.getDeletionTimestamp())
        || !Objects.equals(seen.getAnnotations(), now.getAnnotations());
  }
}
