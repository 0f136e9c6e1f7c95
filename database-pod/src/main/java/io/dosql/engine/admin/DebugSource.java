package io.dosql.engine.admin;

/** Tells what {@code /debug/state} shows. */
@FunctionalInterface
public interface DebugSource {

  /** The state now. Thread safe; asks the file system for sizes. */
  DebugState current();
}
