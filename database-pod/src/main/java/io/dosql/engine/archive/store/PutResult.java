package io.dosql.engine.archive.store;

/** How {@link ObjectStore#putIfAbsent} ended; anything else is an exception. */
public enum PutResult {
  /** The object is there, durably, and it is ours. */
  CREATED,
  /** The key was taken; the object there is untouched. */
  ALREADY_EXISTS
}
