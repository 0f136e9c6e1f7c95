package io.dosql.engine.backup;

import io.dosql.engine.archive.restore.RestoreTarget;
import java.util.List;
import java.util.Optional;

/**
 * What is to be restored.
 *
 * @param tenants empty for all that the source has
 * @param fromElsewhere whether the store of another database is read, which the pod was given for
 *     that
 */
public record RestoreOrder(Source source, Optional<List<String>> tenants, boolean fromElsewhere) {

  public RestoreOrder {
    tenants = tenants.map(List::copyOf);
    if (fromElsewhere && source instanceof Source.Saved) {
      throw new IllegalArgumentException("what restores saved is in the pod's own store");
    }
  }

  /** Where states come from. */
  public sealed interface Source {

    /** A complete backup. */
    record Backup(String name) implements Source {}

    /**
     * What another restore saved before it began: all of it, if that has ended, or some tenants.
     *
     * @param restore id of the other one
     */
    record Saved(String restore) implements Source {}

    /**
     * The archived history.
     *
     * @param line empty for the one that the target lies in
     */
    record History(RestoreTarget target, Optional<String> line) implements Source {}
  }

  /** All or some of a backup. */
  public static RestoreOrder ofBackup(String name, Optional<List<String>> tenants) {
    return new RestoreOrder(new Source.Backup(name), tenants, false);
  }
}
