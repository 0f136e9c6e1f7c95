package io.dosql.engine.admin;

/** What a health check found; UNKNOWN: not tried yet, or nothing to check. */
public enum CheckState {
  OK,
  ERROR,
  UNKNOWN
}
