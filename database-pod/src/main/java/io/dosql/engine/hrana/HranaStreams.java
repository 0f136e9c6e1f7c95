package io.dosql.engine.hrana;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.session.RequestTimeouts;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.Sessions;
import io.dosql.engine.session.SqlSession;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open streams. Between two requests a stream lies here under its baton, which is 256 random
 * bits, good for one request of its owner; each answer carries a new one. Thread safe; sessions are
 * opened and closed outside the lock.
 */
final class HranaStreams {

  private static final Logger LOG = LoggerFactory.getLogger(HranaStreams.class);
  private static final int HALF_BATON_BYTES = 16;
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final Sessions sessions;
  private final SessionOptions options;
  private final HranaLimits limits;
  private final LongSupplier nanoTime;
  private final SecureRandom random = new SecureRandom();
  private final ReentrantLock lock = new ReentrantLock();

  /** By the first half of the baton, which stays the same for the stream's life. */
  @GuardedBy("lock")
  private final Map<String, Entry> entries = new HashMap<>();

  @GuardedBy("lock")
  private final Map<String, Integer> countByTenant = new HashMap<>();

  @GuardedBy("lock")
  private boolean shutDown;

  private static final class Entry {
    private final String id;
    private final StreamOwner owner;
    private @Nullable HranaStream stream;
    private @Nullable String secret;
    private long idleSinceNanos;

    /** Invariant: while busy, only the request that made it so touches the stream. */
    private boolean busy = true;

    private Entry(String id, StreamOwner owner) {
      this.id = id;
      this.owner = owner;
    }
  }

  /** A stream taken for one request; give it back by {@link #release} or {@link #discard}. */
  record Lease(String id, HranaStream stream) {}

  HranaStreams(
      Sessions sessions, SessionOptions options, HranaLimits limits, LongSupplier nanoTime) {
    this.sessions = sessions;
    this.options = options;
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  /** Opens a stream, and its session; RESOURCE_EXHAUSTED when there are too many. */
  Lease open(StreamOwner owner, RequestTimeouts timeouts) {
    return open(owner, timeouts, new StoredSql(limits));
  }

  /** The same, with SQL that is stored elsewhere. */
  Lease open(StreamOwner owner, RequestTimeouts timeouts, StoredSql storedSql) {
    Entry entry = register(owner);
    boolean opened = false;
    try {
      SqlSession session =
          sessions.open(owner.tenant(), timeouts.applyTo(options.withMayWrite(owner.mayWrite())));
      HranaStream stream = new HranaStream(session, storedSql);
      lock.lock();
      try {
        entry.stream = stream;
      } finally {
        lock.unlock();
      }
      opened = true;
      return new Lease(entry.id, stream);
    } finally {
      if (!opened) {
        unregister(entry);
      }
    }
  }

  /** Takes the stream of {@code baton}. The baton is used up, whatever comes of the request. */
  Lease resume(String baton, StreamOwner owner) {
    int dot = baton.indexOf('.');
    String id = dot < 0 ? baton : baton.substring(0, dot);
    String secret = dot < 0 ? "" : baton.substring(dot + 1);
    lock.lock();
    try {
      Entry entry = entries.get(id);
      if (entry == null) {
        throw new DosqlException(
            ErrorCode.STREAM_EXPIRED,
            "The stream is not there: it was closed, or idle for longer than %d s (streamIdle)."
                .formatted(limits.streamIdle().toSeconds()));
      }
      HranaStream stream = entry.stream;
      if (stream == null || entry.busy || !secret.equals(entry.secret)) {
        throw new DosqlException(
            ErrorCode.STREAM_BATON_INVALID, "The stream's baton was used already.");
      }
      if (!entry.owner.equals(owner)) {
        throw new DosqlException(
            ErrorCode.STREAM_BATON_INVALID,
            "The baton belongs to a stream of another tenant or of a token with other rights.");
      }
      entry.busy = true;
      entry.secret = null;
      return new Lease(id, stream);
    } finally {
      lock.unlock();
    }
  }

  /** The baton that the stream will have when it is released. */
  String announce(Lease lease) {
    String secret = randomText();
    lock.lock();
    try {
      Entry entry = entries.get(lease.id());
      if (entry != null) {
        entry.secret = secret;
      }
    } finally {
      lock.unlock();
    }
    return lease.id() + "." + secret;
  }

  /** Closes a stream that was released, if nobody has resumed it. */
  void close(String baton, StreamOwner owner) {
    try {
      discard(resume(baton, owner));
    } catch (DosqlException inOtherHands) {
      // Whoever has it sees to it.
    }
  }

  /** Lays the stream down for its next request; the new baton, or null at shutdown. */
  @Nullable String release(Lease lease) {
    lock.lock();
    try {
      Entry entry = entries.get(lease.id());
      if (entry != null && !shutDown) {
        String secret = entry.secret == null ? randomText() : entry.secret;
        entry.secret = secret;
        entry.idleSinceNanos = nanoTime.getAsLong();
        entry.busy = false;
        return entry.id + "." + secret;
      }
    } finally {
      lock.unlock();
    }
    discard(lease);
    return null;
  }

  /** Closes the stream and its session. */
  void discard(Lease lease) {
    lock.lock();
    try {
      Entry entry = entries.get(lease.id());
      if (entry != null) {
        remove(entry);
      }
    } finally {
      lock.unlock();
    }
    lease.stream().session().close();
  }

  /** Closes all streams that were idle for too long. */
  void closeIdle() {
    closeAll(limits.streamIdle());
  }

  /** Closes all idle streams, and those in use when their request ends; opens no more. */
  void shutDown() {
    lock.lock();
    try {
      shutDown = true;
    } finally {
      lock.unlock();
    }
    closeAll(Duration.ZERO);
  }

  int size() {
    lock.lock();
    try {
      return entries.size();
    } finally {
      lock.unlock();
    }
  }

  private void closeAll(Duration idle) {
    List<HranaStream> expired = new ArrayList<>();
    lock.lock();
    try {
      long now = nanoTime.getAsLong();
      for (Entry entry : List.copyOf(entries.values())) {
        if (!entry.busy && entry.stream != null && now - entry.idleSinceNanos >= idle.toNanos()) {
          expired.add(entry.stream);
          remove(entry);
        }
      }
    } finally {
      lock.unlock();
    }
    for (HranaStream stream : expired) {
      try {
        stream.session().close();
      } catch (RuntimeException failure) {
        LOG.error("Could not close an idle stream's session", failure);
      }
    }
  }

  private Entry register(StreamOwner owner) {
    lock.lock();
    try {
      if (shutDown) {
        throw new DosqlException(ErrorCode.CONNECTION_ERROR, "The pod is shutting down.");
      }
      if (entries.size() >= limits.maxStreams()) {
        throw exhausted("of this pod", limits.maxStreams(), "maxStreams");
      }
      int ofTenant = countByTenant.getOrDefault(owner.tenant(), 0);
      if (ofTenant >= limits.maxStreamsPerTenant()) {
        throw exhausted("of the tenant", limits.maxStreamsPerTenant(), "maxStreamsPerTenant");
      }
      countByTenant.put(owner.tenant(), ofTenant + 1);
      Entry entry = new Entry(randomText(), owner);
      entries.put(entry.id, entry);
      return entry;
    } finally {
      lock.unlock();
    }
  }

  private void unregister(Entry entry) {
    lock.lock();
    try {
      remove(entry);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void remove(Entry entry) {
    if (entries.remove(entry.id) != null) {
      countByTenant.computeIfPresent(
          entry.owner.tenant(), (tenant, count) -> count == 1 ? null : count - 1);
    }
  }

  private static DosqlException exhausted(String whose, int limit, String name) {
    return new DosqlException(
            ErrorCode.RESOURCE_EXHAUSTED,
            "All %d streams %s are open (%s).".formatted(limit, whose, name))
        .withRetryAfter(Duration.ofSeconds(1));
  }

  private String randomText() {
    byte[] bytes = new byte[HALF_BATON_BYTES];
    random.nextBytes(bytes);
    return BASE64.encodeToString(bytes);
  }
}
