package io.dosql.engine.log;

/**
 * Hears that more of the log is durable. Called on the flusher's thread, in order, before the
 * waiters of {@link CommitLog#awaitSettled} go on: must not block. What it throws is logged.
 */
@FunctionalInterface
public interface SettledListener {

  /** Everything up to {@code position} is durable now. */
  void settled(LogPosition position);
}
