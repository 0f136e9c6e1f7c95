package io.dosql.engine.main;

import io.dosql.engine.archive.SnapshotUse;
import io.dosql.engine.archive.log.ArchivedSnapshots;
import io.dosql.engine.archiver.ArchiveStatus;
import io.dosql.engine.archiver.chain.ChainStatus;
import io.dosql.engine.archiver.chain.LineChains;
import io.dosql.engine.archiver.chain.RetentionStatus;
import io.dosql.engine.archiver.chain.SavedStateRetention;
import io.dosql.engine.backup.Completeness;
import io.dosql.engine.tenant.Tenants;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * How archiving is, whether there is any or not.
 *
 * @param chains empty if there is none
 * @param tenants that chains wait for
 * @param completeness of what is archived
 * @param savedStates how what restores saved is deleted, if there is no archive of commits for
 *     whose sake it is; empty if there is, or no store
 */
record ArchiveView(
    Supplier<ArchiveStatus> status,
    Optional<LineChains> chains,
    OpenedTenants tenants,
    Completeness completeness,
    Optional<SavedStateRetention> savedStates) {

  /** Of a pod that does not archive. */
  static ArchiveView off(Supplier<String> line, Optional<SavedStateRetention> savedStates) {
    return new ArchiveView(
        () -> ArchiveStatus.off(line.get()),
        Optional.empty(),
        new OpenedTenants(),
        Completeness.UNKNOWN,
        savedStates);
  }

  Optional<ChainStatus> chainStatus() {
    return chains.flatMap(LineChains::status);
  }

  /** How what is older than the window is deleted; empty before anything is. */
  Optional<RetentionStatus> retentionStatus() {
    return savedStates
        .map(SavedStateRetention::status)
        .or(() -> chainStatus().map(ChainStatus::retention));
  }

  /** Who needs snapshots of a store besides backups. */
  SnapshotUse snapshotUse(ArchiveStore in) {
    return snapshotUse(in, (line, of) -> chains.ifPresent(building -> building.released(line, of)));
  }

  /** {@code released}: see {@link ArchivedSnapshots}. */
  static SnapshotUse snapshotUse(ArchiveStore in, BiConsumer<String, Set<String>> released) {
    return new ArchivedSnapshots(in.store(), in.layout(), released);
  }

  /** From now on chains may ask for tenants; they end before those do. */
  void tenantsAreOpened(Tenants opened, Shutdown shutdown) {
    tenants.areOpened(opened);
    chains.ifPresent(building -> shutdown.closeAtEnd("chains", building));
  }
}
