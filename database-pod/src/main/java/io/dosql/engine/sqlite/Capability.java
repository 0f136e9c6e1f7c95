package io.dosql.engine.sqlite;

/** What one libsqlite3 can do and another, compiled otherwise, cannot. */
public enum Capability {
  /** Row changes are seen before they happen. */
  PREUPDATE_HOOK("sqlite3_preupdate_hook", Kind.SYMBOL),
  /** Change sets. */
  SESSION("sqlite3session_create", Kind.SYMBOL),
  /** A read transaction can be opened on the snapshot of another. */
  SNAPSHOT("sqlite3_snapshot_get", Kind.SYMBOL),
  /** A result column tells its table. */
  COLUMN_METADATA("sqlite3_column_table_name", Kind.SYMBOL),
  /** {@link SqliteConnection#isInterrupted} works. */
  INTERRUPT_STATE("sqlite3_is_interrupted", Kind.SYMBOL),
  /** Statements can be turned into their form without literals. */
  NORMALIZED_SQL("sqlite3_normalized_sql", Kind.SYMBOL),
  /** The heap of statements can be bounded: see {@link SqliteHeap}. */
  BOUNDED_HEAP("dosql_heap_begin", Kind.SYMBOL),
  /** No function of two large values runs for much longer than a second: see bounds.c. */
  BOUNDED_FUNCTIONS("dosql_bound_functions", Kind.SYMBOL),
  /** Pages can be read by SQL. */
  DBPAGE_TABLE("ENABLE_DBPAGE_VTAB", Kind.OPTION),
  /** Space used by tables can be read by SQL. */
  DBSTAT_TABLE("ENABLE_DBSTAT_VTAB", Kind.OPTION),
  /** Full-text search. */
  FTS5("ENABLE_FTS5", Kind.OPTION),
  /** Range trees. */
  RTREE("ENABLE_RTREE", Kind.OPTION),
  /** Polygons. */
  GEOPOLY("ENABLE_GEOPOLY", Kind.OPTION),
  /** sin, log, pow and the like. */
  MATH_FUNCTIONS("ENABLE_MATH_FUNCTIONS", Kind.OPTION),
  /** median and percentile. */
  PERCENTILE("ENABLE_PERCENTILE", Kind.OPTION),
  /** ANALYZE keeps histograms. */
  STAT4("ENABLE_STAT4", Kind.OPTION),
  /** UPDATE and DELETE take ORDER BY and LIMIT. */
  UPDATE_DELETE_LIMIT("ENABLE_UPDATE_DELETE_LIMIT", Kind.OPTION);

  enum Kind {
    SYMBOL,
    OPTION
  }

  private final String evidence;
  private final Kind kind;

  Capability(String evidence, Kind kind) {
    this.evidence = evidence;
    this.kind = kind;
  }

  /** The symbol that the library exports, or the compile option that it reports. */
  String evidence() {
    return evidence;
  }

  Kind kind() {
    return kind;
  }
}
