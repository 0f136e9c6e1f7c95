package io.dosql.engine.changes;

/** Something that a commit did, in the order in which it did it. */
public sealed interface Change permits RowChange, SchemaChange, Reset {

  /** Number in the commit, from 0, without gaps. */
  long sequence();
}
