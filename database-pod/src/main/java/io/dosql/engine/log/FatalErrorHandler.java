package io.dosql.engine.log;

/**
 * Ends the process. A log whose write or sync failed cannot know what is on disk: it never tries
 * again and never acknowledges anything afterwards; only a new process, which reads what is there,
 * may go on.
 */
@FunctionalInterface
public interface FatalErrorHandler {

  /**
   * Called at most once per log, on the thread that met the failure. In production it does not
   * return.
   */
  void handle(Throwable failure);
}
