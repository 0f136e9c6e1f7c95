package io.dosql.engine.http;

import io.dosql.engine.hrana.HranaService;
import io.dosql.engine.hrana.StreamOwner;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.session.Durability;

/** Hrana 2 over HTTP. */
final class HranaEndpoint {

  private final HranaService hrana;
  private final Durability durability;

  HranaEndpoint(HranaService hrana, Durability durability) {
    this.hrana = hrana;
    this.durability = durability;
  }

  /** {@code GET …/v2}: says that the protocol is spoken here. */
  Reply version(Exchange exchange) {
    return Reply.json(
        200, new JsonWriter().beginObject().name("protocol").value("hrana2").endObject());
  }

  /** {@code POST …/v2/pipeline}. */
  Reply pipeline(Exchange exchange) {
    StreamOwner owner = new StreamOwner(exchange.variable(), exchange.principal().mayWrite());
    Durability level = DurabilityHeader.requested(exchange.call(), durability);
    return DurabilityHeader.on(
        Reply.json(
            200,
            hrana.pipeline(
                owner,
                TimeoutHeaders.requested(exchange.call()),
                exchange.body(),
                level,
                exchange.call().client())),
        level);
  }
}
