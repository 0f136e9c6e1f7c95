package io.dosql.engine.backup;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.BackupSummary;
import io.dosql.engine.archive.RestoreRecord;
import io.dosql.engine.archive.SnapshotFetcher;
import io.dosql.engine.archive.restore.ArchiveHistory;
import io.dosql.engine.archive.restore.LineHistory;
import io.dosql.engine.archive.restore.RestorePlan;
import io.dosql.engine.archive.restore.RestoreTarget;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.TenantName;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the states that an order asks for, all of them or none. Any number of threads. */
final class RestoreSources {

  private static final Logger LOG = LoggerFactory.getLogger(RestoreSources.class);

  private final BackupCatalog own;
  private final BackupCatalog catalog;
  private final ArchiveHistory history;
  private final SnapshotFetcher fetcher;
  private final Function<RestoreTarget, String> lines;
  private final Completeness completeness;
  private final InstantSource clock;
  private final RestoreRate rate;

  /**
   * @param own the pod's own store, for the records of restores
   * @param stored what is read
   * @param lines which line a target lies in, if nobody says
   */
  RestoreSources(
      BackupCatalog own,
      ArchiveBackups.Stored stored,
      Path scratch,
      Function<RestoreTarget, String> lines,
      Completeness completeness,
      InstantSource clock) {
    this.own = own;
    this.catalog = stored.catalog();
    this.history = stored.history();
    this.fetcher = new SnapshotFetcher(catalog, scratch);
    this.lines = lines;
    this.completeness = completeness;
    this.clock = clock;
    this.rate = stored.rate();
  }

  /** Of restores from there. */
  RestoreRate rate() {
    return rate;
  }

  /**
   * The states for a restore that is to run: the same ones for each attempt at it, however the
   * archive grows.
   *
   * @param before the restore's set of states before
   */
  FoundStates findFor(BackupSet before, RestoreOrder order) {
    return switch (order.source()) {
      case RestoreOrder.Source.Backup _ -> find(order);
      case RestoreOrder.Source.Saved saved -> {
        FoundStates found = find(order);
        own.begin(before, setOf(saved));
        yield found;
      }
      case RestoreOrder.Source.History _ -> ofHistoryFor(before, order);
    };
  }

  /**
   * A restore has ended, well or not.
   *
   * @param before its set of states before
   */
  void ended(BackupSet before, RestoreOrder order) {
    if (!(order.source() instanceof RestoreOrder.Source.Saved saved)) {
      return;
    }
    try {
      own.letGo(before);
    } catch (DosqlException failure) {
      LOG.warn(
          "restore {}: what {} had saved is kept beyond the window: {}",
          before.name(),
          saved.restore(),
          failure.toString());
    }
  }

  private static BackupSet setOf(RestoreOrder.Source.Saved saved) {
    return ArchiveBackups.set(() -> BackupSet.preRestore(saved.restore()));
  }

  private FoundStates ofHistoryFor(BackupSet before, RestoreOrder order) {
    Optional<RestoreRecord> earlier = own.restoreRecord(before);
    if (earlier.isPresent()) {
      return again(earlier.get());
    }
    FoundStates found = find(order);
    List<RestoreRecord.TenantState> states =
        found.states().stream()
            .map(
                state ->
                    new RestoreRecord.TenantState(
                        state.tenant(), state.line(), state.lsn(), state.time()))
            .toList();
    RestoreRecord ours = RestoreRecord.of(states, found.leftOut());
    RestoreRecord kept = own.begin(before, ours);
    return kept.equals(ours) ? found : again(kept);
  }

  private FoundStates again(RestoreRecord record) {
    List<RestorableState> states = new ArrayList<>();
    Map<String, LineHistory> lines = new HashMap<>();
    for (RestoreRecord.TenantState state : record.tenants()) {
      RestoreTarget target = new RestoreTarget.AtLsn(state.lsn());
      LineHistory line = lines.computeIfAbsent(state.line(), history::line);
      RestorePlan plan = line.planner().plan(state.tenant(), target, clock.instant());
      states.add(new RestorableState.Archived(plan, line.builder()));
    }
    return new FoundStates(states, record.leftOut());
  }

  /** The states, by tenant. */
  FoundStates find(RestoreOrder order) {
    return switch (order.source()) {
      case RestoreOrder.Source.Backup backup ->
          FoundStates.of(ofBackup(backup.name(), order.tenants()));
      case RestoreOrder.Source.Saved saved ->
          FoundStates.of(ofSaved(setOf(saved), order.tenants()));
      case RestoreOrder.Source.History of -> ofHistory(of, order.tenants());
    };
  }

  private FoundStates ofHistory(RestoreOrder.Source.History source, Optional<List<String>> chosen) {
    RestoreTarget target = source.target();
    if (target instanceof RestoreTarget.AtTime at && at.time().isAfter(clock.instant())) {
      throw new DosqlException(ErrorCode.SNAPSHOT_NOT_AVAILABLE, at.time() + " is in the future")
          .withSuggestion("Choose a moment that has passed, by the pod's clock.");
    }
    if (target instanceof RestoreTarget.AtLsn && chosen.map(List::size).orElse(0) != 1) {
      throw new DosqlException(
              ErrorCode.INVALID_REQUEST, "an LSN is one tenant's: it needs exactly one tenant")
          .withSuggestion("Name the tenant, or restore to a time.");
    }
    // What is newest, the archive alone does not know.
    if (target instanceof RestoreTarget.Latest) {
      Instant completeTo = completeness.completeTo();
      return ofLine(lineOf(source), target, chosen, completeTo);
    }
    String line = null;
    try {
      line = lineOf(source);
      return ofLine(line, target, chosen, Instant.EPOCH);
    } catch (DosqlException failure) {
      if (failure.code() != ErrorCode.SNAPSHOT_NOT_AVAILABLE || hasEnded(line)) {
        throw failure;
      }
      // Perhaps nothing was committed since, or it is not archived yet: not even the first line.
      Instant completeTo = completeness.completeTo();
      return ofLine(lineOf(source), target, chosen, completeTo);
    }
  }

  /**
   * Whether the pod's log does not go on in the line. What was committed behind its end is gone, or
   * in the line that follows, and nobody knows which.
   */
  private boolean hasEnded(@Nullable String line) {
    return line != null && !line.equals(lines.apply(new RestoreTarget.Latest()));
  }

  private String lineOf(RestoreOrder.Source.History source) {
    return source.line().orElseGet(() -> lines.apply(source.target()));
  }

  private FoundStates ofLine(
      String line, RestoreTarget target, Optional<List<String>> chosen, Instant completeTo) {
    LineHistory lineHistory = history.line(line);
    List<String> tenants = chosen.orElseGet(lineHistory::tenants);
    if (chosen.isEmpty() && !tenants.isEmpty()) {
      requireAllKnown(line, target);
    }
    List<RestorableState> states = new ArrayList<>();
    List<RestoreRecord.LeftOut> leftOut = new ArrayList<>();
    for (String tenant : tenants) {
      RestorePlan plan =
          lineHistory.planner().plan(TenantName.parse(tenant).value(), target, completeTo);
      if (chosen.isPresent() && plan.isEmpty()) {
        throw notThere(plan, target);
      }
      // Of what is named the newest state is wanted also if it was deleted since.
      if (chosen.isPresent() || (!plan.isEmpty() && plan.deletion().isEmpty())) {
        states.add(new RestorableState.Archived(plan, lineHistory.builder()));
      } else if (plan.deletion().isPresent()) {
        leftOut.add(new RestoreRecord.LeftOut(plan.tenant(), plan.deletion().get().time()));
      }
    }
    if (states.isEmpty()) {
      throw nobody(line, target, leftOut);
    }
    return new FoundStates(states, leftOut);
  }

  private static DosqlException nobody(
      String line, RestoreTarget target, List<RestoreRecord.LeftOut> deleted) {
    Optional<RestoreRecord.LeftOut> last =
        deleted.stream().max(Comparator.comparing(RestoreRecord.LeftOut::deletedTime));
    return last.map(
            tenant ->
                new DosqlException(
                        ErrorCode.SNAPSHOT_NOT_AVAILABLE,
                        "no tenant of the line %s was there at %s: %d had been deleted, the last one, %s, by %s"
                            .formatted(
                                line,
                                target.text(),
                                deleted.size(),
                                tenant.tenant(),
                                tenant.deletedTime()))
                    .withSuggestion("Choose an earlier moment, or name the tenants, with latest."))
        .orElseGet(
            () ->
                new DosqlException(
                        ErrorCode.SNAPSHOT_NOT_AVAILABLE,
                        "no tenant had a commit by %s in the line %s"
                            .formatted(target.text(), line))
                    .withSuggestion("Choose another moment, or name the line that holds it."));
  }

  private static DosqlException notThere(RestorePlan plan, RestoreTarget target) {
    return plan.deletion()
        .map(
            deletion ->
                new DosqlException(
                        ErrorCode.SNAPSHOT_NOT_AVAILABLE,
                        "tenant %s was not there at %s: it was deleted by %s"
                            .formatted(plan.tenant(), target.text(), deletion.time()))
                    .withSuggestion(
                        "Leave the tenant out, or choose an earlier moment within the window."))
        .orElseGet(
            () ->
                new DosqlException(
                        ErrorCode.SNAPSHOT_NOT_AVAILABLE,
                        "tenant %s had no commit by %s".formatted(plan.tenant(), target.text()))
                    .withSuggestion("Leave the tenant out, or choose a later moment."));
  }

  /** A tenant that the archive has not seen yet would be left out without a word. */
  private void requireAllKnown(String line, RestoreTarget target) {
    Optional<Instant> wholeFrom = history.wholeFrom(line);
    boolean isKnown =
        wholeFrom
            .filter(
                from -> !(target instanceof RestoreTarget.AtTime at && at.time().isBefore(from)))
            .isPresent();
    if (!isKnown) {
      throw new DosqlException(
              ErrorCode.SNAPSHOT_NOT_AVAILABLE,
              "the archive line %s does not hold all tenants as of %s: %s"
                  .formatted(
                      line,
                      target.text(),
                      wholeFrom
                          .map(from -> "it holds everything from " + from + " on")
                          .orElse("it is not complete yet")))
          .withSuggestion("Choose a later moment, name the tenants, or restore a backup.");
    }
  }

  private List<RestorableState> ofBackup(String backup, Optional<List<String>> chosen) {
    BackupSet set = ArchiveBackups.set(() -> BackupSet.backup(backup));
    BackupSummary summary = catalog.require(backup);
    return states(set, chosen.map(some -> some(set, some)).orElseGet(() -> whole(set, summary)));
  }

  /**
   * What was saved of a tenant counts for itself: a restore that failed half-way saved that too.
   */
  private List<RestorableState> ofSaved(BackupSet set, Optional<List<String>> chosen) {
    if (chosen.isPresent()) {
      return states(set, some(set, chosen.get()));
    }
    BackupSummary summary =
        catalog
            .find(set)
            .orElseThrow(
                () ->
                    new DosqlException(
                            ErrorCode.STORAGE_NOT_FOUND,
                            "no restore %s has ended and saved anything".formatted(set.name()))
                        .withSuggestion(
                            "List what restores have saved, and name one of them; of a restore"
                                + " that failed half-way name the tenants."));
    return states(set, whole(set, summary));
  }

  private List<RestorableState> states(BackupSet set, List<BackupManifest> manifests) {
    return manifests.stream()
        .<RestorableState>map(manifest -> new RestorableState.BackedUp(set, manifest, fetcher))
        .toList();
  }

  // Only what is asked for is read: damage elsewhere must not keep a tenant from coming back.
  private List<BackupManifest> some(BackupSet set, List<String> chosen) {
    List<BackupManifest> selected = new ArrayList<>();
    Set<String> missing = new TreeSet<>();
    for (String name : chosen) {
      String tenant = TenantName.parse(name).value();
      catalog.manifest(set, tenant).ifPresentOrElse(selected::add, () -> missing.add(tenant));
    }
    if (!missing.isEmpty()) {
      throw new DosqlException(
              ErrorCode.STORAGE_NOT_FOUND,
              "%s does not hold the tenants %s"
                  .formatted(
                      set.kind() == BackupSet.Kind.BACKUP ? "backup " + set.name() : set,
                      String.join(", ", missing)))
          .withSuggestion("Restore only tenants that the backup holds.");
    }
    return selected;
  }

  /** All manifests of a complete backup; fails if one is missing. */
  List<BackupManifest> whole(BackupSet set, BackupSummary summary) {
    List<BackupManifest> manifests = catalog.manifests(set);
    if (manifests.size() != summary.tenants()) {
      throw new DosqlException(
          ErrorCode.STORAGE_CHECKSUM_MISMATCH,
          "%s should hold %d tenants, but has the manifests of %d"
              .formatted(set, summary.tenants(), manifests.size()));
    }
    return manifests;
  }
}
