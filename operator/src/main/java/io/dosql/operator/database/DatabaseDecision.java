package io.dosql.operator.database;

import io.dosql.crds.DatabaseStatus;
import io.dosql.operator.status.EventNote;
import java.time.Duration;
import java.util.List;

/**
 * What follows from a look at a database.
 *
 * @param requeue when to look again, if nothing happens before
 */
record DatabaseDecision(
    DatabaseStatus status,
    List<EventNote> events,
    List<DatabaseAction> actions,
    Duration requeue) {}
