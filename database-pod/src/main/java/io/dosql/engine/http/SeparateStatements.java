package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.Parameters;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;

/** Runs the statements of a batch each on its own, and writes for each its result or its error. */
final class SeparateStatements {

  private static final SqlStatement ROLLBACK = new SqlStatement("ROLLBACK", Parameters.NONE);

  private final SqlSession session;
  private final JsonWriter json;
  private final ResultEncoder.Budget budget;

  SeparateStatements(SqlSession session, JsonWriter json, ResultEncoder.Budget budget) {
    this.session = session;
    this.json = json;
    this.budget = budget;
  }

  /** Returns the newest commit that the results could have seen. */
  long run(BatchRequest batch) {
    long lsn = 0;
    for (int i = 0; i < batch.statements().size(); i++) {
      JsonWriter.Mark before = json.mark();
      try {
        lsn = Math.max(lsn, run(batch.statements().get(i)));
      } catch (DosqlException failure) {
        json.reset(before);
        json.beginObject().name("error");
        ErrorReply.write(json, failure.withStatementIndex(i), null);
        json.endObject();
        if (batch.mode() == BatchRequest.Mode.STOP
            || failure.code() == ErrorCode.CONNECTION_ERROR) {
          return lsn;
        }
      }
      // Errors take room, too.
      budget.requireRoom(json.size());
    }
    return lsn;
  }

  private long run(SqlStatement statement) {
    json.beginObject();
    ResultEncoder encoder = new ResultEncoder(json, budget);
    Outcome outcome = session.execute(statement, encoder);
    if (!session.isAutocommit()) {
      Outcome _ = session.execute(ROLLBACK, RowSink.NONE);
      throw new DosqlException(
              ErrorCode.INVALID_REQUEST,
              "A statement of a batch cannot begin a transaction; it was rolled back.")
          .withSuggestion("Leave \"atomic\": false out: the batch is one transaction then.");
    }
    var _ = encoder.end();
    ResultEncoder.outcome(json, outcome);
    json.endObject();
    return outcome.lsn();
  }
}
