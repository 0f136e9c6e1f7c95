package io.dosql.engine.http;

import io.dosql.engine.admin.DebugSource;
import io.dosql.engine.admin.DebugState;
import io.dosql.engine.json.JsonWriter;

/** The pod's state in detail, for people. */
final class DebugEndpoint {

  private static final double MILLIS_PER_SECOND = 1e3;

  private final DebugSource source;
  private final RequestGate gate;

  DebugEndpoint(DebugSource source, RequestGate gate) {
    this.source = source;
    this.gate = gate;
  }

  /** {@code GET /debug/state}. */
  Reply state(Exchange exchange) {
    DebugState state = source.current();
    JsonWriter json = new JsonWriter().beginObject();
    json.name("uptimeSeconds").value(state.uptime().toMillis() / MILLIS_PER_SECOND);
    json.name("requestsInWork").value(gate.inWork());
    json.name("memory").beginObject();
    state.memory().forEach((part, bytes) -> json.name(part).value(bytes));
    json.endObject();
    json.name("tenants").beginObject();
    json.name("total").value(state.tenantsTotal());
    json.name("awake").value(state.tenantsAwake()).endObject();
    json.name("awake").beginArray();
    for (DebugState.AwakeTenant tenant : state.awake()) {
      json.beginObject();
      json.name("name").value(tenant.name());
      json.name("lsn").value(Long.toString(tenant.lsn()));
      json.name("sizeBytes").value(tenant.sizeBytes());
      json.name("walBytes").value(tenant.walBytes()).endObject();
    }
    return Reply.json(200, json.endArray().endObject());
  }
}
