package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.memory.BufferBudget;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.Sessions;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Plain JSON: one statement, or several as one transaction; a session of its own each time. */
final class QueryEndpoint {

  private final Sessions sessions;
  private final SessionOptions options;
  private final HttpLimits limits;
  private final QueryReader reader;
  private final BufferBudget results;
  private final StreamedQuery streamed;
  private final CheckEndpoint checks;

  QueryEndpoint(
      Sessions sessions,
      SessionOptions options,
      HttpLimits limits,
      StreamLimits streams,
      BufferBudget results) {
    this.sessions = sessions;
    this.options = options;
    this.limits = limits;
    this.reader = new QueryReader(limits);
    this.results = results;
    this.streamed = new StreamedQuery(limits, streams, results);
    this.checks = new CheckEndpoint(sessions, options, limits, results);
  }

  /** What tells of SQL without running it; its answers are of the same budget. */
  CheckEndpoint checks() {
    return checks;
  }

  /** {@code POST /db/{tenant}/query}. */
  Reply query(Exchange exchange) {
    Durability durability = DurabilityHeader.requested(exchange.call(), options.durability());
    SqlStatement statement = reader.query(exchange.body());
    try (SqlSession session = open(exchange);
        var _ = exchange.call().client().whenGone(session::cancel)) {
      return StreamedQuery.isAskedFor(exchange.call())
          ? streamed.answer(exchange, session, statement, durability)
          : withBudget(budget -> query(session, statement, budget, durability));
    }
  }

  private Reply query(
      SqlSession session,
      SqlStatement statement,
      ResultEncoder.Budget budget,
      Durability durability) {
    JsonWriter json = new JsonWriter().beginObject();
    ResultEncoder encoder = new ResultEncoder(json, budget);
    Outcome outcome =
        session.settled(durability, () -> executeLast(session, statement, encoder, durability));
    requireNothingOpen(session);
    encoder.end();
    ResultEncoder.outcome(json, outcome);
    return answer(json, outcome.lsn(), durability);
  }

  /** What was set aside for the result is kept until it has been sent. */
  private Reply withBudget(Function<ResultEncoder.Budget, Reply> work) {
    ResultEncoder.Budget budget = new ResultEncoder.Budget(limits, results);
    boolean isDone = false;
    try {
      Reply reply = work.apply(budget).holding(budget);
      isDone = true;
      return reply;
    } finally {
      if (!isDone) {
        budget.close();
      }
    }
  }

  /** Only who has to wait for the disk may be woken when it is done. */
  static Outcome executeLast(
      SqlSession session, SqlStatement statement, RowSink sink, Durability durability) {
    return switch (durability) {
      case STRICT -> session.executeLast(statement, sink);
      case RELAXED -> session.execute(statement, sink);
    };
  }

  /** {@code POST /db/{tenant}/batch}: all or none, or each on its own. */
  Reply batch(Exchange exchange) {
    Durability durability = DurabilityHeader.requested(exchange.call(), options.durability());
    BatchRequest batch = reader.batch(exchange.body());
    try (SqlSession session = open(exchange);
        var _ = exchange.call().client().whenGone(session::cancel)) {
      return withBudget(
          budget ->
              batch.mode() == BatchRequest.Mode.ATOMIC
                  ? batch(session, batch.statements(), budget, durability)
                  : apart(session, batch, budget, durability));
    }
  }

  private static Reply apart(
      SqlSession session, BatchRequest batch, ResultEncoder.Budget budget, Durability durability) {
    JsonWriter json = new JsonWriter().beginObject().name("results").beginArray();
    long lsn =
        session.settled(durability, () -> new SeparateStatements(session, json, budget).run(batch));
    return answer(json.endArray(), lsn, durability);
  }

  private Reply batch(
      SqlSession session,
      List<SqlStatement> statements,
      ResultEncoder.Budget budget,
      Durability durability) {
    // What is known of a statement apart from its rows comes only when all have run, so the rows
    // wait in a buffer of their own.
    JsonWriter rows = new JsonWriter();
    List<ResultEncoder> encoders = new ArrayList<>(statements.size());
    for (int i = 0; i < statements.size(); i++) {
      encoders.add(new ResultEncoder(rows, budget));
    }
    List<Outcome> outcomes =
        session.settled(durability, () -> session.executeAtomically(statements, encoders));
    return batchReply(rows, encoders, outcomes, durability);
  }

  /** The session ends with the request, and would roll back what a BEGIN opened, unseen. */
  static void requireNothingOpen(SqlSession session) {
    if (!session.isAutocommit()) {
      throw new DosqlException(
              ErrorCode.INVALID_REQUEST,
              "A transaction cannot outlive its request; nothing was done.")
          .withSuggestion("Send its statements together to /batch, or use a libSQL client.");
    }
  }

  private static Reply batchReply(
      JsonWriter rows,
      List<ResultEncoder> encoders,
      List<Outcome> outcomes,
      Durability durability) {
    JsonWriter json = new JsonWriter().beginObject().name("results").beginArray();
    long lsn = 0;
    for (int i = 0; i < outcomes.size(); i++) {
      ResultEncoder encoder = encoders.get(i);
      json.beginObject().copy(rows, encoder.begin(), encoder.end());
      ResultEncoder.outcome(json, outcomes.get(i));
      json.endObject();
      lsn = Math.max(lsn, outcomes.get(i).lsn());
    }
    return answer(json.endArray(), lsn, durability);
  }

  private static Reply answer(JsonWriter json, long lsn, Durability durability) {
    json.name("lsn").value(Long.toString(lsn));
    json.name("durability").value(durability.text()).endObject();
    return DurabilityHeader.on(Reply.json(200, json), durability);
  }

  private SqlSession open(Exchange exchange) {
    return sessions.open(
        exchange.variable(),
        TimeoutHeaders.requested(exchange.call())
            .applyTo(options.withMayWrite(exchange.principal().mayWrite())));
  }
}
