package io.dosql.operator.main;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import java.util.Map;

/** Probes of the operator's pod. */
@Controller("/health")
@Produces(MediaType.APPLICATION_JSON)
final class HealthController {

  private final OperatorRuntime runtime;

  HealthController(OperatorRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * The process answers. It does not look at the API server: restarting would not bring it back.
   */
  @Get("/live")
  Map<String, String> live() {
    return Map.of("status", "ok");
  }

  @Get("/ready")
  HttpResponse<Map<String, String>> ready() {
    return runtime.isHealthy()
        ? HttpResponse.ok(Map.of("status", "ok"))
        : HttpResponse.<Map<String, String>>status(HttpStatus.SERVICE_UNAVAILABLE)
            .body(Map.of("status", "error", "message", "starting, or a watch is broken"));
  }
}
