package io.dosql.engine.sqlite;

/** Storage class of one value in a row. */
public enum ColumnType {
  INTEGER,
  REAL,
  TEXT,
  BLOB,
  NULL
}
