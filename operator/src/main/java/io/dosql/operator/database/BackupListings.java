package io.dosql.operator.database;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.EngineClient;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.StoredBackup;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Remembers what each store held when it was last listed: listing costs the store requests, and a
 * pass over a steady database shall cost none. Lost with the process, which only means listing
 * again. Threads may share it.
 */
final class BackupListings {

  private static final long DATABASES_MAX = 10_000;

  /** Somebody else may delete objects; they are noticed after so long. */
  private static final Duration FRESH = Duration.ofMinutes(5);

  /** How long a store that failed is left alone. */
  private static final Duration FAILED_FRESH = Duration.ofSeconds(30);

  private record Listing(String root, Reply<List<StoredBackup>> reply, Instant time) {}

  private final Clock clock;
  private final Cache<DatabaseKey, Listing> listings =
      Caffeine.newBuilder().maximumSize(DATABASES_MAX).build();

  BackupListings(Clock clock) {
    this.clock = clock;
  }

  /**
   * @param root of the database's store; what another store held says nothing of this one
   * @param newestBackup when the newest backup ended: an older listing lacks it
   */
  Reply<List<StoredBackup>> current(
      DatabaseKey database, String root, EngineClient engine, Optional<Instant> newestBackup) {
    Listing known = listings.getIfPresent(database);
    if (known != null && known.root().equals(root) && isFresh(known, newestBackup)) {
      return known.reply();
    }
    Instant started = clock.instant();
    Reply<List<StoredBackup>> reply = engine.backups();
    listings.put(database, new Listing(root, reply, started));
    return reply;
  }

  private boolean isFresh(Listing listing, Optional<Instant> newestBackup) {
    Duration age = Duration.between(listing.time(), clock.instant());
    boolean young =
        age.compareTo(listing.reply() instanceof Reply.Ok<?> ? FRESH : FAILED_FRESH) < 0;
    // Times in resources have whole seconds, cut off: the backup may have ended up to one later.
    return young
        && newestBackup
            .map(end -> end.plusSeconds(1))
            .filter(end -> !end.isBefore(listing.time()))
            .isEmpty();
  }

  void forget(DatabaseKey database) {
    listings.invalidate(database);
  }
}
