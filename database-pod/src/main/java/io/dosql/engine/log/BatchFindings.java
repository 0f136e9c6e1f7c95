package io.dosql.engine.log;

import java.util.List;
import java.util.Optional;

/**
 * What could be read of a batch whose header checks out.
 *
 * @param records those that check out; all of them if there is no fault
 * @param directory empty if it is damaged
 * @param fault the first fault
 */
record BatchFindings(
    BatchHeader batch,
    List<FoundRecord> records,
    Optional<BatchDirectory> directory,
    Optional<CorruptLogException> fault) {

  BatchFindings {
    records = List.copyOf(records);
  }
}
