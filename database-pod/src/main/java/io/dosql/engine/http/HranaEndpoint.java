package io.dosql.engine.http;

import io.dosql.engine.hrana.CursorOutput;
import io.dosql.engine.hrana.Encoding;
import io.dosql.engine.hrana.HranaAnswer;
import io.dosql.engine.hrana.HranaService;
import io.dosql.engine.hrana.StreamOwner;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.session.Client;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.RequestTimeouts;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;

/** Hrana over HTTP. */
final class HranaEndpoint {

  /** What libSQL's clients and servers call protobuf. */
  private static final String PROTOBUF = "application/x-protobuf";

  private final HranaService hrana;
  private final Durability durability;
  private final Duration clientTimeout;

  HranaEndpoint(HranaService hrana, Durability durability, StreamLimits streams) {
    this.hrana = hrana;
    this.durability = durability;
    this.clientTimeout = streams.clientTimeout();
  }

  /** {@code GET …/v1} to {@code …/v3-protobuf}: says that the protocol is spoken here. */
  static Route.Handler version(String protocol) {
    return exchange ->
        Reply.json(
            200, new JsonWriter().beginObject().name("protocol").value(protocol).endObject());
  }

  /** {@code POST …/v2/pipeline} and {@code …/v3/pipeline}. */
  Reply pipeline(Exchange exchange) {
    return answer(
        exchange,
        Encoding.JSON,
        (owner, timeouts, body, level, client) ->
            hrana.pipeline(owner, timeouts, Encoding.JSON, body, level, client));
  }

  /** {@code POST …/v3-protobuf/pipeline}. */
  Reply protobufPipeline(Exchange exchange) {
    return answer(
        exchange,
        Encoding.PROTOBUF,
        (owner, timeouts, body, level, client) ->
            hrana.pipeline(owner, timeouts, Encoding.PROTOBUF, body, level, client));
  }

  /** {@code POST …/v3/cursor}. */
  Reply cursor(Exchange exchange) {
    return cursor(exchange, Encoding.JSON, "application/x-ndjson");
  }

  /** {@code POST …/v3-protobuf/cursor}. */
  Reply protobufCursor(Exchange exchange) {
    return cursor(exchange, Encoding.PROTOBUF, PROTOBUF);
  }

  private Reply cursor(Exchange exchange, Encoding encoding, String mediaType) {
    Call call = exchange.call();
    Durability level = DurabilityHeader.requested(call, durability);
    hrana.cursor(
        owner(exchange),
        TimeoutHeaders.requested(call),
        encoding,
        exchange.body(),
        level,
        call.client(),
        () ->
            new Chunks(
                call.responder().begin(mediaType, Map.of(DurabilityHeader.NAME, level.text()))));
    return Reply.STREAMED;
  }

  private final class Chunks implements CursorOutput.Body {
    private final Responder.Body body;

    private Chunks(Responder.Body body) {
      this.body = body;
    }

    @Override
    public boolean write(ByteBuffer chunk) {
      return body.offer(chunk, clientTimeout);
    }

    @Override
    public void end() {
      body.end();
    }

    @Override
    public void breakOff() {
      body.breakOff();
    }
  }

  /** {@code POST …/v1/execute}. */
  Reply execute(Exchange exchange) {
    return answer(exchange, Encoding.JSON, hrana::executeOnce);
  }

  /** {@code POST …/v1/batch}. */
  Reply batch(Exchange exchange) {
    return answer(exchange, Encoding.JSON, hrana::batchOnce);
  }

  /** {@code POST /}: what libSQL's servers spoke before Hrana. */
  Reply statements(Exchange exchange) {
    return answer(exchange, Encoding.JSON, hrana::statements);
  }

  @FunctionalInterface
  private interface Work {
    HranaAnswer answer(
        StreamOwner owner, RequestTimeouts timeouts, byte[] body, Durability level, Client client);
  }

  private Reply answer(Exchange exchange, Encoding encoding, Work work) {
    Durability level = DurabilityHeader.requested(exchange.call(), durability);
    HranaAnswer answer =
        work.answer(
            owner(exchange),
            TimeoutHeaders.requested(exchange.call()),
            exchange.body(),
            level,
            exchange.call().client());
    return DurabilityHeader.on(
        new Reply(200, mediaType(encoding), answer.body(), Map.of(), answer.memory()), level);
  }

  private static String mediaType(Encoding encoding) {
    return switch (encoding) {
      case JSON -> Reply.JSON;
      case PROTOBUF -> PROTOBUF;
    };
  }

  private static StreamOwner owner(Exchange exchange) {
    return new StreamOwner(exchange.variable(), exchange.principal().mayWrite());
  }
}
