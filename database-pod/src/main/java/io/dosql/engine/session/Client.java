package io.dosql.engine.session;

/** Who waits for an answer, as far as its being there can be known. */
public interface Client {

  /** Ends a watch. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Has {@code action} run once, by any thread, when the client goes before the watch is closed; at
   * once if it has gone already. The action must not block.
   */
  Watch whenGone(Runnable action);

  /** Whether it has gone, so that nobody gets the answer. */
  boolean isGone();

  /** A client that does not go. */
  Client STAYS =
      new Client() {
        @Override
        public Watch whenGone(Runnable action) {
          return () -> {};
        }

        @Override
        public boolean isGone() {
          return false;
        }
      };
}
