package io.dosql.engine.hrana;

import java.util.List;

/** What is asked of one stream. */
sealed interface StreamRequest {

  /** What its answer calls itself. */
  default RequestKind kind() {
    return switch (this) {
      case Execute _ -> RequestKind.EXECUTE;
      case Batch _ -> RequestKind.BATCH;
      case Sequence _ -> RequestKind.SEQUENCE;
      case Describe _ -> RequestKind.DESCRIBE;
      case StoreSql _ -> RequestKind.STORE_SQL;
      case CloseSql _ -> RequestKind.CLOSE_SQL;
      case GetAutocommit _ -> RequestKind.GET_AUTOCOMMIT;
      case Close _ -> RequestKind.CLOSE;
    };
  }

  /** The same with the SQL that it names by number put in; INVALID_REQUEST if there is none. */
  default StreamRequest withSqlOf(StoredSql stored) {
    return switch (this) {
      case Execute execute -> new Execute(execute.statement.withSqlOf(stored));
      case Batch batch ->
          new Batch(batch.steps.stream().map(step -> step.withSqlOf(stored)).toList());
      case Sequence sequence -> new Sequence(stored.inline(sequence.sql));
      case Describe describe -> new Describe(stored.inline(describe.sql));
      case StoreSql _, CloseSql _, GetAutocommit _, Close _ -> this;
    };
  }

  record Execute(StatementRequest statement) implements StreamRequest {}

  record Batch(List<Step> steps) implements StreamRequest {
    public Batch {
      steps = List.copyOf(steps);
    }
  }

  record Sequence(SqlText sql) implements StreamRequest {}

  record Describe(SqlText sql) implements StreamRequest {}

  record StoreSql(int id, String sql) implements StreamRequest {}

  record CloseSql(int id) implements StreamRequest {}

  record GetAutocommit() implements StreamRequest {}

  record Close() implements StreamRequest {}

  /** A statement of a batch and when it runs. */
  record Step(Condition condition, StatementRequest statement) {
    Step withSqlOf(StoredSql stored) {
      return new Step(condition, statement.withSqlOf(stored));
    }
  }
}
