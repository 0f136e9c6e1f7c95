package io.dosql.engine.hrana;

import java.util.List;

/** What is asked of one stream. */
sealed interface StreamRequest {

  /** What its answer calls itself. */
  RequestKind kind();

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

  record Execute(StatementRequest statement) implements StreamRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.EXECUTE;
    }
  }

  record Batch(List<Step> steps) implements StreamRequest {
    public Batch {
      steps = List.copyOf(steps);
    }

    @Override
    public RequestKind kind() {
      return RequestKind.BATCH;
    }
  }

  record Sequence(SqlText sql) implements StreamRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.SEQUENCE;
    }
  }

  record Describe(SqlText sql) implements StreamRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.DESCRIBE;
    }
  }

  record StoreSql(int id, String sql) implements StreamRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.STORE_SQL;
    }
  }

  record CloseSql(int id) implements StreamRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.CLOSE_SQL;
    }
  }

  record GetAutocommit() implements StreamRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.GET_AUTOCOMMIT;
    }
  }

  record Close() implements StreamRequest {
    @Override
    public RequestKind kind() {
      return RequestKind.CLOSE;
    }
  }

  /** A statement of a batch and when it runs. */
  record Step(Condition condition, StatementRequest statement) {
    Step withSqlOf(StoredSql stored) {
      return new Step(condition, statement.withSqlOf(stored));
    }
  }
}
