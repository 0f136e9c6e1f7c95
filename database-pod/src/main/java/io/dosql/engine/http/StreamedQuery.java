package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.memory.BufferBudget;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.session.RowStream;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A result of any size as lines of JSON: first the columns, then each row, last the outcome, or the
 * error that ended the rows. A chunk of it at a time is in memory, and the next one is taken from
 * SQLite when the client has taken the one before.
 *
 * <pre>
 *   {"columns":[{"name":"id","type":"INTEGER"}]}
 *   [1]
 *   {"outcome":{"rows":1,"rowsRead":1,"durationMs":0.1,"lsn":"7","durability":"strict"}}
 * </pre>
 *
 * <p>Output gate: what the statement sees is settled by its first step, and durable before the
 * first line leaves.
 */
final class StreamedQuery {

  private static final String MEDIA_TYPE = "application/x-ndjson";

  /** About what the row takes with which a chunk is full. */
  private static final int LAST_ROW_BYTES = 1 << 10;

  private static final double NANOS_PER_MILLI = 1e6;

  private final HttpLimits limits;
  private final StreamLimits streams;
  private final BufferBudget results;

  StreamedQuery(HttpLimits limits, StreamLimits streams, BufferBudget results) {
    this.limits = limits;
    this.streams = streams;
    this.results = results;
  }

  /** Whether the client asks for lines. */
  static boolean isAskedFor(Call call) {
    return isAskedFor(call.header("Accept"));
  }

  /** The same, by the header {@code Accept}. */
  static boolean isAskedFor(@Nullable String accept) {
    return accept != null && accept.toLowerCase(Locale.ROOT).contains(MEDIA_TYPE);
  }

  /** Answers from a stream if the statement only reads, else whole, within the usual limits. */
  Reply answer(
      Exchange exchange, SqlSession session, SqlStatement statement, Durability durability) {
    try (ResultEncoder.Budget budget = ResultEncoder.Budget.ofChunks(limits, streams, results)) {
      Optional<RowStream> found = session.settled(durability, () -> session.stream(statement));
      if (found.isEmpty()) {
        return whole(session, statement, durability);
      }
      try (RowStream stream = found.get()) {
        Responder.Body body =
            exchange
                .call()
                .responder()
                .begin(MEDIA_TYPE, Map.of(DurabilityHeader.NAME, durability.text()));
        send(new Sending(stream, body, budget, durability));
      }
      return Reply.STREAMED;
    }
  }

  private record Sending(
      RowStream stream, Responder.Body body, ResultEncoder.Budget budget, Durability durability) {}

  private void send(Sending sending) {
    boolean ended = false;
    try {
      ended = sendLines(sending);
    } finally {
      if (!ended) {
        sending.body().breakOff();
      }
    }
  }

  /** Returns whether the body was ended in order; false if the client is gone. */
  private boolean sendLines(Sending sending) {
    long deadline = System.nanoTime() + streams.maxStreamTime().toNanos();
    JsonWriter chunk = header(sending.stream().columns());
    boolean isLast = false;
    while (!isLast) {
      isLast = fill(chunk, sending, deadline);
      if (!sending.body().offer(chunk.toBuffer(), streams.clientTimeout())) {
        return false;
      }
      chunk = new JsonWriter(streams.chunkBytes() + LAST_ROW_BYTES);
    }
    sending.body().end();
    return true;
  }

  /** Returns whether this is the last chunk. An error becomes a line behind the rows before it. */
  private boolean fill(JsonWriter chunk, Sending sending, long deadline) {
    RowStream stream = sending.stream();
    ResultEncoder encoder = new ResultEncoder(chunk, sending.budget());
    JsonWriter.Mark[] wholeLines = {chunk.mark()};
    try {
      boolean more =
          stream.fetch(
              row -> {
                encoder.row(row);
                chunk.endLine();
                wholeLines[0] = chunk.mark();
                return chunk.size() < streams.chunkBytes();
              });
      if (more) {
        requireTime(deadline);
      } else {
        outcome(chunk, stream.outcome(), sending.durability());
      }
      return !more;
    } catch (DosqlException failure) {
      chunk.reset(wholeLines[0]);
      chunk.beginObject().name("error");
      ErrorReply.write(chunk, failure, null);
      chunk.endObject().endLine();
      return true;
    }
  }

  private void requireTime(long deadline) {
    if (System.nanoTime() - deadline > 0) {
      throw new DosqlException(
          ErrorCode.TIMEOUT,
          "The result was not taken within %d s (maxStreamTime)."
              .formatted(streams.maxStreamTime().toSeconds()));
    }
  }

  /** What a writing statement returns is bounded like any other answer. */
  private Reply whole(SqlSession session, SqlStatement statement, Durability durability) {
    JsonWriter json = new JsonWriter();
    try (ResultEncoder.Budget budget = new ResultEncoder.Budget(limits, results)) {
      ResultEncoder encoder = new ResultEncoder(json, budget);
      Outcome outcome =
          session.settled(
              durability,
              () ->
                  QueryEndpoint.executeLast(
                      session, statement, new Lines(json, encoder), durability));
      QueryEndpoint.requireNothingOpen(session);
      outcome(json, outcome, durability);
      return DurabilityHeader.on(new Reply(200, MEDIA_TYPE, json.toBuffer(), Map.of()), durability);
    }
  }

  private record Lines(JsonWriter json, ResultEncoder encoder) implements RowSink {
    @Override
    public void columns(List<Column> columns) {
      writeHeader(json, columns);
    }

    @Override
    public void row(Row row) {
      encoder.row(row);
      json.endLine();
    }
  }

  private static JsonWriter header(List<Column> columns) {
    JsonWriter json = new JsonWriter();
    writeHeader(json, columns);
    return json;
  }

  private static void writeHeader(JsonWriter json, List<Column> columns) {
    ResultEncoder.columns(json.beginObject(), columns);
    json.endObject().endLine();
  }

  private static void outcome(JsonWriter json, Outcome outcome, Durability durability) {
    json.beginObject().name("outcome").beginObject();
    json.name("rows").value(outcome.rowsReturned());
    json.name("rowsRead").value(outcome.rowsRead());
    json.name("rowsWritten").value(outcome.rowsWritten());
    json.name("affectedRows").value(outcome.affectedRows());
    json.name("durationMs").value(outcome.duration().toNanos() / NANOS_PER_MILLI);
    json.name("lsn").value(Long.toString(outcome.lsn()));
    json.name("durability").value(durability.text()).endObject();
    json.endObject().endLine();
  }
}
