package io.dosql.operator.step;

import io.dosql.operator.pod.EngineClient;
import io.dosql.operator.status.EventPublisher;
import io.dosql.operator.status.StatusWriter;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Carries out steps: status first, then the request, then the status again if the answer says so.
 */
public final class StepRunner {

  private final EventPublisher events;

  public StepRunner(EventPublisher events) {
    this.events = events;
  }

  /** Decides; pure. */
  public interface Decider<P, S> {

    /**
     * @param resource with the newest status
     * @param operation what is known of the operation that the status names; empty if it names none
     */
    Step<S> decide(P resource, Optional<OperationView> operation);
  }

  /**
   * @param blank makes an empty resource of the kind
   * @param engine of the database; only asked when a step starts an operation
   */
  public <C, S, P extends CustomResource<C, S>> UpdateControl<P> run(
      Context<P> context,
      P resource,
      Supplier<P> blank,
      EngineClient engine,
      Optional<OperationView> operation,
      Decider<P, S> decider) {
    Step<S> step = decider.decide(resource, operation);
    if (!write(context, resource, blank, step)) {
      return UpdateControl.noUpdate();
    }
    if (step.start().isPresent()) {
      Step.Start start = step.start().get();
      OperationView answer = OperationView.ofStart(engine.start(start.id(), start.request()));
      P current = withStatus(resource, step.status(), blank);
      step = decider.decide(current, Optional.of(answer));
      if (!write(context, current, blank, step)) {
        return UpdateControl.noUpdate();
      }
    }
    return after(step.requeue());
  }

  /** The end of a pass, with another one after a time if there is one. */
  public static <P extends HasMetadata> UpdateControl<P> after(Optional<Duration> requeue) {
    UpdateControl<P> done = UpdateControl.noUpdate();
    return requeue.map(done::rescheduleAfter).orElse(done);
  }

  private <S, P extends CustomResource<?, S>> boolean write(
      Context<P> context, P resource, Supplier<P> blank, Step<S> step) {
    boolean there = StatusWriter.write(context, resource, step.status(), blank);
    if (there) {
      step.events().forEach(note -> events.publish(resource, note));
    }
    return there;
  }

  /** A copy: what comes from a cache is never changed. */
  private static <C, S, P extends CustomResource<C, S>> P withStatus(
      P resource, S status, Supplier<P> blank) {
    P copy = blank.get();
    copy.setMetadata(resource.getMetadata());
    copy.setSpec(resource.getSpec());
    copy.setStatus(status);
    return copy;
  }
}
