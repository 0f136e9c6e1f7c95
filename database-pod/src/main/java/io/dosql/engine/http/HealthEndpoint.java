package io.dosql.engine.http;

import io.dosql.engine.admin.Checks;
import io.dosql.engine.admin.ReadinessChecks;
import io.dosql.engine.json.JsonWriter;

/** What Kubernetes asks: alive, and ready? */
final class HealthEndpoint {

  private final ReadinessChecks checks;
  private final RequestGate gate;

  HealthEndpoint(ReadinessChecks checks, RequestGate gate) {
    this.checks = checks;
    this.gate = gate;
  }

  /** Alive as long as it answers: what is wrong with disk or store, a restart does not mend. */
  Reply live(Exchange exchange) {
    return Reply.json(200, new JsonWriter().beginObject().name("status").value("ok").endObject());
  }

  /** Ready while it can serve; not any more once it shuts down. */
  Reply ready(Exchange exchange) {
    Checks now = checks.current();
    boolean ready = gate.isOpen() && now.ready();
    JsonWriter json = new JsonWriter().beginObject();
    json.name("status").value(ready ? "ok" : "error");
    if (!gate.isOpen()) {
      json.name("reason").value("shutting down");
    }
    json.name("checks");
    AdminWriter.checks(json, now);
    return Reply.json(ready ? 200 : 503, json.endObject());
  }
}
