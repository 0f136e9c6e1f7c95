package io.dosql.engine.archive;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How many rows a table had when a backup was taken, so that a verification can compare. */
public record TableRows(
    @JsonProperty(required = true) String table, @JsonProperty(required = true) long rows) {

  public TableRows {
    if (rows < 0) {
      throw new IllegalArgumentException("the field rows is " + rows);
    }
  }
}
