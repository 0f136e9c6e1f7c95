package io.dosql.engine.hrana;

import java.util.List;

/** One request of a pipeline. */
sealed interface StreamRequest {

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
  record Step(Condition condition, StatementRequest statement) {}
}
