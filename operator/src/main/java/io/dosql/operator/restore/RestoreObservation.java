package io.dosql.operator.restore;

import io.dosql.crds.DoSQLBackup;
import io.dosql.operator.step.DatabaseAvailability;
import java.util.Optional;

/**
 * What a decision about a restore rests on, besides the operation.
 *
 * @param backup the DoSQLBackup of the name, if one is named and is there, of the same database
 */
record RestoreObservation(DatabaseAvailability database, Optional<DoSQLBackup> backup) {}
