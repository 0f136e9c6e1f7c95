package io.dosql.quickstart.runner;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import java.net.http.HttpClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The probes of one run of a container, in the kubelet's order: until the start-up probe has
 * succeeded, the others wait. Used by one thread.
 */
final class ContainerProbes {

  /** People wait for a start: it is looked for more often than the specification says. */
  private static final Duration STARTUP_PERIOD = Duration.ofMillis(200);

  private final @Nullable HttpProbe startup;
  private final @Nullable HttpProbe readiness;
  private final @Nullable HttpProbe liveness;
  private boolean started;
  private boolean ready;

  ContainerProbes(HttpClient http, Container container, ContainerPlace place) {
    this.startup = probe(http, container.getStartupProbe(), container, place, STARTUP_PERIOD);
    this.readiness = probe(http, container.getReadinessProbe(), container, place, null);
    this.liveness = probe(http, container.getLivenessProbe(), container, place, null);
    this.started = startup == null;
    this.ready = started && readiness == null;
  }

  private static @Nullable HttpProbe probe(
      HttpClient http,
      @Nullable Probe probe,
      Container container,
      ContainerPlace place,
      @Nullable Duration period) {
    return probe == null ? null : new HttpProbe(http, probe, place, container.getPorts(), period);
  }

  boolean isStarted() {
    return started;
  }

  boolean isReady() {
    return ready;
  }

  /** What is wrong with a container that must be restarted; null when it need not. */
  @Nullable String check() throws InterruptedException {
    if (!started && startup != null) {
      HttpProbe.Result result = startup.check();
      started = result == HttpProbe.Result.SUCCESS;
      if (!started) {
        return result == HttpProbe.Result.TOO_MANY_FAILURES
            ? "Startup probe failed: " + startup.problem()
            : null;
      }
    }
    if (readiness == null) {
      ready = true;
    } else {
      switch (readiness.check()) {
        case SUCCESS -> ready = true;
        case TOO_MANY_FAILURES -> ready = false;
        case NOT_DUE, FAILURE -> {
          // It stays as it is.
        }
      }
    }
    boolean dead = liveness != null && liveness.check() == HttpProbe.Result.TOO_MANY_FAILURES;
    return dead && liveness != null ? "Liveness probe failed: " + liveness.problem() : null;
  }
}
