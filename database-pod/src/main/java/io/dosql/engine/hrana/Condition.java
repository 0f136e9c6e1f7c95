package io.dosql.engine.hrana;

import java.util.List;

/** When a step of a batch runs. Steps count from 0 and may only refer to earlier ones. */
sealed interface Condition {

  /** No condition was given. */
  record Always() implements Condition {}

  /** The step ran and succeeded. */
  record Ok(int step) implements Condition {}

  /** The step ran and failed. */
  record Failed(int step) implements Condition {}

  record Not(Condition condition) implements Condition {}

  record And(List<Condition> conditions) implements Condition {
    public And {
      conditions = List.copyOf(conditions);
    }
  }

  record Or(List<Condition> conditions) implements Condition {
    public Or {
      conditions = List.copyOf(conditions);
    }
  }

  /** No transaction is open on the stream. */
  record IsAutocommit() implements Condition {}
}
