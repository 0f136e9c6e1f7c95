package io.dosql.engine.backup;

import io.dosql.engine.archive.RestoreRecord;
import java.util.List;

/**
 * What a restore is to bring back.
 *
 * @param states by tenant
 * @param leftOut of all tenants those that had been deleted by then
 */
record FoundStates(List<RestorableState> states, List<RestoreRecord.LeftOut> leftOut) {

  FoundStates {
    states = List.copyOf(states);
    leftOut = List.copyOf(leftOut);
  }

  /** Where nothing tells of deletions. */
  static FoundStates of(List<RestorableState> states) {
    return new FoundStates(states, List.of());
  }
}
