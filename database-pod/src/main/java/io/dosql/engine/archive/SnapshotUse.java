package io.dosql.engine.archive;

import java.util.Set;

/**
 * Knows who needs snapshots besides backups: chains stand on them, where commits are archived. Any
 * number of threads.
 */
public interface SnapshotUse {

  /** Nobody does. */
  SnapshotUse NONE =
      new SnapshotUse() {
        @Override
        public boolean isKept(String line) {
          return false;
        }

        @Override
        public void released(String line, Set<String> tenants) {}
      };

  /** Whether a line's snapshots may be needed, so that backups must leave them where they are. */
  boolean isKept(String line);

  /** Backups no longer need snapshots of these tenants in such a line. */
  void released(String line, Set<String> tenants);
}
