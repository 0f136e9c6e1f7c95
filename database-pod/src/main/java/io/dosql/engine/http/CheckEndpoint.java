package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.memory.BufferBudget;
import io.dosql.engine.session.CheckedStatement;
import io.dosql.engine.session.Description;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.PlanStep;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.Sessions;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tells of SQL without running it: whether it compiles, and how it would run. */
final class CheckEndpoint {

  /** Steps of a plan that are one within the other; no answer needs a reader of deeper JSON. */
  private static final int PLAN_DEPTH_MAX = 50;

  private final Sessions sessions;
  private final SessionOptions options;
  private final HttpLimits limits;
  private final QueryReader reader;
  private final BufferBudget results;

  CheckEndpoint(
      Sessions sessions, SessionOptions options, HttpLimits limits, BufferBudget results) {
    this.sessions = sessions;
    this.options = options;
    this.limits = limits;
    this.reader = new QueryReader(limits);
    this.results = results;
  }

  /** {@code POST …/validate}: all statements of a text. */
  Reply validate(Exchange exchange) {
    String script = reader.script(exchange.body());
    Durability durability = DurabilityHeader.requested(exchange.call(), options.durability());
    JsonWriter json = new JsonWriter().beginObject().name("statements").beginArray();
    try (SqlSession session = open(exchange);
        ResultEncoder.Budget budget = new ResultEncoder.Budget(limits, results);
        var _ = exchange.call().client().whenGone(session::cancel)) {
      int[] count = {0};
      boolean[] isValid = {true};
      session.settled(
          durability,
          () -> {
            session.check(
                script,
                statement -> {
                  requireRoomForOneMore(count[0]);
                  write(json, count[0]++, statement);
                  isValid[0] &= statement.failure() == null;
                  budget.requireRoom(json.size());
                });
            return true;
          });
      json.endArray().name("valid").value(isValid[0]).endObject();
      return DurabilityHeader.on(Reply.json(200, json), durability);
    }
  }

  private void requireRoomForOneMore(int count) {
    if (count == limits.maxStatements()) {
      throw new DosqlException(
          ErrorCode.INVALID_REQUEST,
          "There may be at most %d statements (maxStatements).".formatted(limits.maxStatements()));
    }
  }

  private static void write(JsonWriter json, int index, CheckedStatement statement) {
    json.beginObject().name("statement").value(index);
    DosqlException.Position position = statement.position();
    if (position != null) {
      json.name("line").value(position.line());
      json.name("column").value(position.column());
    }
    json.name("kind").value(statement.kind().name().toLowerCase(Locale.ROOT));
    Description description = statement.description();
    if (description != null) {
      json.name("readOnly").value(description.isReadOnly());
      parameters(json, description);
      ResultEncoder.columns(json, description.columns());
    }
    DosqlException failure = statement.failure();
    if (failure != null) {
      json.name("error");
      ErrorReply.write(json, failure, null);
    }
    json.endObject();
  }

  private static void parameters(JsonWriter json, Description description) {
    json.name("parameters").beginArray();
    for (int i = 0; i < description.parameters().size(); i++) {
      json.beginObject().name("index").value(i + 1);
      json.name("name").value(description.parameters().get(i).orElse(null)).endObject();
    }
    json.endArray();
  }

  /** {@code POST …/explain}: the query plan as a tree. */
  Reply explain(Exchange exchange) {
    SqlStatement statement = reader.query(exchange.body());
    Durability durability = DurabilityHeader.requested(exchange.call(), options.durability());
    try (SqlSession session = open(exchange);
        var _ = exchange.call().client().whenGone(session::cancel)) {
      List<PlanStep> steps = session.settled(durability, () -> session.explain(statement));
      Map<Integer, List<PlanStep>> byParent = new LinkedHashMap<>();
      for (PlanStep step : steps) {
        byParent.computeIfAbsent(step.parent(), parent -> new ArrayList<>()).add(step);
      }
      JsonWriter json = new JsonWriter().beginObject().name("plan");
      children(json, byParent, 0, 0);
      return DurabilityHeader.on(Reply.json(200, json.endObject()), durability);
    }
  }

  private static void children(
      JsonWriter json, Map<Integer, List<PlanStep>> byParent, int parent, int depth) {
    json.beginArray();
    for (PlanStep step : byParent.getOrDefault(parent, List.of())) {
      if (depth == PLAN_DEPTH_MAX) {
        throw new DosqlException(
            ErrorCode.RESPONSE_TOO_LARGE,
            "The query plan nests deeper than %d steps.".formatted(PLAN_DEPTH_MAX));
      }
      json.beginObject().name("id").value(step.id());
      json.name("detail").value(step.detail()).name("children");
      children(json, byParent, step.id(), depth + 1);
      json.endObject();
    }
    json.endArray();
  }

  private SqlSession open(Exchange exchange) {
    return sessions.open(
        exchange.variable(),
        TimeoutHeaders.requested(exchange.call())
            .applyTo(options.withMayWrite(exchange.principal().mayWrite())));
  }
}
