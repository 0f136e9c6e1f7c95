package io.dosql.engine.simulation;

/** Ways to break the engine from outside, each of which the simulation must notice. */
enum Sabotage {
  /** None. */
  NONE,
  /** The log's segments are never synced. */
  LOG_NOT_SYNCED,
  /** The names of the log's segments are never synced. */
  LOG_NAMES_NOT_SYNCED,
  /** A database file is never synced. */
  DATABASE_NOT_SYNCED,
  /** The state file's content is never synced. */
  STATE_NOT_SYNCED,
  /** The name of a state file, or a tenant's folder, is never synced. */
  TENANT_NAMES_NOT_SYNCED,
  /** Recovery finds the WAL that it has deleted. */
  WAL_NOT_DELETED,
  /** Answers leave without waiting for the log: rule 1. */
  GATE_SKIPPED,
  /** A checkpoint does not wait for the log: rule 2. */
  CHECKPOINT_UNSETTLED,
  /** The state file runs ahead of the database file: rule 3. */
  REDO_POINT_TOO_EARLY,
  /** A failed sync of the log does not end the process: rule 4. */
  LOG_FAILURE_HIDDEN,
  /** The log releases what a tenant still needs: rule 5. */
  RELEASED_TOO_EARLY
}
