package io.dosql.operator.database;

import io.dosql.operator.status.ConditionSet;

/** What a condition shall say. */
record ConditionValue(String status, String reason, String message) {

  static ConditionValue holds(String reason, String message) {
    return new ConditionValue(ConditionSet.TRUE, reason, message);
  }

  static ConditionValue fails(Problem problem) {
    return new ConditionValue(ConditionSet.FALSE, problem.reason(), problem.message());
  }

  static ConditionValue unknown(String reason, String message) {
    return new ConditionValue(ConditionSet.UNKNOWN, reason, message);
  }
}
