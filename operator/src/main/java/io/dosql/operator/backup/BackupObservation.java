package io.dosql.operator.backup;

import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import io.dosql.operator.step.DatabaseAvailability;
import java.util.Optional;

/**
 * What a decision about a backup rests on, besides the operation.
 *
 * @param sameName a complete backup of this name in the store; only looked for before the first
 *     start, and when the engine says that the name is taken
 */
record BackupObservation(
    DatabaseAvailability database, Optional<Reply<Optional<StoredBackup>>> sameName) {

  Optional<StoredBackup> stored() {
    return sameName.flatMap(Reply::answer).flatMap(found -> found);
  }
}
