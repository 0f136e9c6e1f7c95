package io.dosql.engine.sqlite;

/** Switches of one connection. */
public enum DbConfig {
  /** Foreign keys are enforced. */
  ENABLE_FOREIGN_KEYS(1002),
  /** Triggers fire. */
  ENABLE_TRIGGERS(1003),
  /** The C function to load extensions works; the SQL function stays off. */
  ENABLE_LOAD_EXTENSION(1005),
  /** Closing the last connection leaves the write-ahead log as it is. */
  NO_CHECKPOINT_ON_CLOSE(1006),
  /** SQL cannot damage the file on purpose. */
  DEFENSIVE(1010),
  /** The schema table can be written. */
  WRITABLE_SCHEMA(1011),
  /** ALTER TABLE RENAME leaves references alone. */
  LEGACY_ALTER_TABLE(1012),
  /** Double-quoted strings pass in queries and changes. */
  DQS_DML(1013),
  /** Double-quoted strings pass in definitions. */
  DQS_DDL(1014),
  /** Views can be used. */
  ENABLE_VIEWS(1015),
  /** Functions and virtual tables of unknown effect may be used by the schema. */
  TRUSTED_SCHEMA(1017),
  /** Statements are profiled, at a cost; where compiled in, on by default. */
  STMT_SCANSTATUS(1018),
  /** Scans without ORDER BY run backwards. */
  REVERSE_SCAN_ORDER(1019),
  /** ATTACH may create files. */
  ENABLE_ATTACH_CREATE(1020),
  /** ATTACH may open files for writing. */
  ENABLE_ATTACH_WRITE(1021),
  /** Comments are allowed in SQL. */
  ENABLE_COMMENTS(1022);

  private final int code;

  DbConfig(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
