package io.dosql.engine.auth;

import io.dosql.engine.auth.VerificationKeys.VerificationKey;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An issuer's keys, fetched when the first token asks for them, and again in the background when
 * they are old. A token with an unknown key has them fetched at once, for keys rotate; but whatever
 * comes, there is one fetch at a time, and {@code keyRefreshMin} between two. While fetching fails,
 * the last keys that came stay good.
 */
final class RemoteKeys implements KeySource {

  private static final Logger LOG = LoggerFactory.getLogger(RemoteKeys.class);

  /** Fetches keys once. */
  @FunctionalInterface
  interface Fetch {
    VerificationKeys run() throws IOException, InterruptedException;
  }

  private final String issuer;
  private final Fetch fetch;
  private final AuthLimits limits;
  private final LongSupplier nanoTime;
  private final Consumer<Boolean> outcome;
  private final ReentrantLock fetching = new ReentrantLock();
  private final AtomicLong nextFetchNanos;
  private volatile @Nullable Fetched fetched;
  private volatile boolean isFailing;

  private record Fetched(VerificationKeys keys, long atNanos) {}

  /**
   * @param outcome is told of each fetch whether it worked
   */
  RemoteKeys(
      String issuer,
      Fetch fetch,
      AuthLimits limits,
      LongSupplier nanoTime,
      Consumer<Boolean> outcome) {
    this.issuer = issuer;
    this.fetch = fetch;
    this.limits = limits;
    this.nanoTime = nanoTime;
    this.outcome = outcome;
    this.nextFetchNanos = new AtomicLong(nanoTime.getAsLong());
  }

  @Override
  public @Nullable VerificationKey find(String id) {
    Fetched known = fetched;
    VerificationKey key = known == null ? null : known.keys().find(id);
    if (key != null) {
      refreshIfOld();
      return key;
    }
    fetchIfDue(limits.keyTimeout().multipliedBy(2));
    known = fetched;
    if (known == null) {
      throw new DosqlException(
              ErrorCode.CONNECTION_ERROR,
              "The keys of the issuer "
                  + issuer
                  + " cannot be fetched, so its tokens cannot be"
                  + " checked.")
          .withSuggestion("Try again in a moment; the pod's log says why it fails.")
          .withRetryAfter(limits.keyRefreshMin());
    }
    return known.keys().find(id);
  }

  @Override
  public boolean holds(VerificationKey key) {
    refreshIfOld();
    Fetched known = fetched;
    return known != null && key.equals(known.keys().find(key.id()));
  }

  boolean isFailing() {
    return isFailing;
  }

  private void refreshIfOld() {
    Fetched known = fetched;
    long now = nanoTime.getAsLong();
    if (known != null
        && now - known.atNanos() >= limits.keyRefresh().toNanos()
        && now - nextFetchNanos.get() >= 0
        && !fetching.isLocked()) {
      Thread.ofVirtual().name("keys-of-", 0).start(() -> fetchIfDue(Duration.ZERO));
    }
  }

  /** Whoever comes while another fetches waits for that, and then finds nothing due. */
  private void fetchIfDue(Duration patience) {
    try {
      if (!fetching.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
      try {
        if (nanoTime.getAsLong() - nextFetchNanos.get() >= 0) {
          fetchOnce();
        }
      } finally {
        fetching.unlock();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void fetchOnce() throws InterruptedException {
    try {
      fetched = new Fetched(fetch.run(), nanoTime.getAsLong());
      if (isFailing) {
        LOG.info("The keys of the issuer {} can be fetched again", issuer);
      }
      isFailing = false;
    } catch (IOException | RuntimeException failure) {
      if (!isFailing) {
        LOG.warn(
            "Cannot fetch the keys of the issuer {}; {}: {}",
            issuer,
            fetched == null ? "its tokens are refused" : "the last ones stay good",
            failure.toString());
      }
      isFailing = true;
    } finally {
      nextFetchNanos.set(nanoTime.getAsLong() + limits.keyRefreshMin().toNanos());
      outcome.accept(!isFailing);
    }
  }
}
