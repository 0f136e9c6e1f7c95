package io.dosql.engine.http;

import io.dosql.engine.hrana.HranaService;
import io.dosql.engine.hrana.StreamOwner;
import io.dosql.engine.json.JsonWriter;

/** Hrana 2 over HTTP. */
final class HranaEndpoint {

  private final HranaService hrana;

  HranaEndpoint(HranaService hrana) {
    this.hrana = hrana;
  }

  /** {@code GET …/v2}: says that the protocol is spoken here. */
  Reply version(Exchange exchange) {
    return Reply.json(
        200, new JsonWriter().beginObject().name("protocol").value("hrana2").endObject());
  }

  /** {@code POST …/v2/pipeline}. */
  Reply pipeline(Exchange exchange) {
    StreamOwner owner = new StreamOwner(exchange.variable(), exchange.principal().mayWrite());
    return Reply.json(200, hrana.pipeline(owner, exchange.body(), exchange.call().client()));
  }
}
