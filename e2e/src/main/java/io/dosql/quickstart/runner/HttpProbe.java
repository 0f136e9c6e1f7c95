package io.dosql.quickstart.runner;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.Probe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One probe of a container: asks when it is due, and counts failures. Used by one thread. */
final class HttpProbe {

  private static final Duration PERIOD_DEFAULT = Duration.ofSeconds(10);
  private static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(1);
  private static final int FAILURES_DEFAULT = 3;
  private static final int SUCCESS_MIN = 200;
  private static final int SUCCESS_MAX = 399;

  private final HttpClient http;
  private final URI uri;
  private final Duration period;
  private final Duration timeout;
  private final int failuresMax;
  private int failures;
  private long dueNanos;
  private String problem = "";

  /** What a look says. */
  enum Result {
    NOT_DUE,
    SUCCESS,
    FAILURE,
    /** As many in a row as the specification allows. */
    TOO_MANY_FAILURES
  }

  /**
   * @param shortenedPeriod between two looks, if the specification allows no shorter one
   */
  HttpProbe(
      HttpClient http,
      Probe probe,
      ContainerPlace place,
      List<ContainerPort> ports,
      @Nullable Duration shortenedPeriod) {
    this.http = http;
    HTTPGetAction get = probe.getHttpGet();
    String path = get.getPath() == null ? "/" : get.getPath();
    this.uri =
        URI.create(
            "http://127.0.0.1:%d%s"
                .formatted(place.ports().getOrDefault(containerPort(get, ports), 0), path));
    Duration specified = seconds(probe.getPeriodSeconds(), PERIOD_DEFAULT);
    int specifiedFailures =
        probe.getFailureThreshold() == null ? FAILURES_DEFAULT : probe.getFailureThreshold();
    this.period = shortenedPeriod == null ? specified : shortenedPeriod;
    this.timeout = seconds(probe.getTimeoutSeconds(), TIMEOUT_DEFAULT);
    // With more looks in the same time, as many more may fail.
    this.failuresMax =
        Math.toIntExact(specifiedFailures * Math.max(1, specified.dividedBy(period)));
    this.dueNanos =
        System.nanoTime() + seconds(probe.getInitialDelaySeconds(), Duration.ZERO).toNanos();
  }

  private static Duration seconds(@Nullable Integer seconds, Duration otherwise) {
    return seconds == null || seconds <= 0 ? otherwise : Duration.ofSeconds(seconds);
  }

  private static int containerPort(HTTPGetAction get, List<ContainerPort> ports) {
    Integer number = get.getPort().getIntVal();
    if (number != null) {
      return number;
    }
    return ports.stream()
        .filter(port -> get.getPort().getStrVal().equals(port.getName()))
        .map(ContainerPort::getContainerPort)
        .findFirst()
        .orElse(0);
  }

  /** Looks, if it is time to. */
  Result check() throws InterruptedException {
    if (System.nanoTime() - dueNanos < 0) {
      return Result.NOT_DUE;
    }
    boolean success = ask();
    dueNanos = System.nanoTime() + period.toNanos();
    failures = success ? 0 : failures + 1;
    if (success) {
      return Result.SUCCESS;
    }
    return failures >= failuresMax ? Result.TOO_MANY_FAILURES : Result.FAILURE;
  }

  private boolean ask() throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(timeout).build();
    try {
      HttpResponse<Void> response = http.send(request, HttpResponse.BodyHandlers.discarding());
      problem = "HTTP probe failed with statuscode: " + response.statusCode();
      return response.statusCode() >= SUCCESS_MIN && response.statusCode() <= SUCCESS_MAX;
    } catch (IOException e) {
      problem = "Get \"%s\": %s".formatted(uri, e);
      return false;
    }
  }

  /** What was wrong at the last look. */
  String problem() {
    return problem;
  }
}
