package io.dosql.engine.admin;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations that this process knows: running ones and the latest that have ended. They run one
 * after another, each lane for itself, so no backup meets a restore or a prune half-way.
 */
final class Operations implements AutoCloseable {

  /** Ended operations that are remembered; the operator asks again within seconds. */
  private static final int ENDED_MAX = 1_000;

  /** Operations that wait in a lane. */
  private static final int WAITING_MAX = 64;

  private static final Logger LOG = LoggerFactory.getLogger(Operations.class);

  /** Which operations wait for each other. */
  enum Lane {
    MIGRATIONS,
    STORE,
    CLONES
  }

  /** What an operation does. */
  interface Work {

    /** Runs to its end; failures are thrown, or, with a result, in what is returned. */
    End run(ProgressListener progress);
  }

  /** How far it is. */
  interface ProgressListener {
    void progressed(Operation.Progress progress);

    default void progressed(long done, long total) {
      progressed(new Operation.Progress(done, total, 0, 0));
    }
  }

  /** How it ended. */
  record End(OperationResult result, @Nullable DosqlException error) {}

  private static final class Entry {
    private final OperationRequest request;
    private Operation operation;

    Entry(OperationRequest request, Operation operation) {
      this.request = request;
      this.operation = operation;
    }
  }

  private final InstantSource clock;
  private final Map<Lane, ExecutorService> lanes = lanes();
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  Operations(InstantSource clock) {
    this.clock = clock;
  }

  private static Map<Lane, ExecutorService> lanes() {
    Map<Lane, ExecutorService> lanes = new EnumMap<>(Lane.class);
    for (Lane lane : Lane.values()) {
      lanes.put(lane, lane("operation-" + lane.name().toLowerCase(Locale.ROOT)));
    }
    return lanes;
  }

  private static ExecutorService lane(String name) {
    ThreadPoolExecutor lane =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().name(name).daemon().factory());
    lane.allowCoreThreadTimeOut(true);
    return lane;
  }

  AdminService.Start start(String id, OperationRequest request, Lane lane, Work work) {
    lock.lock();
    try {
      Entry known = entries.get(id);
      if (known != null) {
        return known.request.equals(request)
            ? new AdminService.Start.Known(known.operation)
            : new AdminService.Start.Conflict();
      }
      Operation operation =
          new Operation(
              id,
              request.kind(),
              Operation.State.RUNNING,
              clock.instant(),
              null,
              Operation.Progress.NONE,
              null,
              null);
      Entry entry = new Entry(request, operation);
      Objects.requireNonNull(lanes.get(lane)).execute(() -> run(entry, work));
      entries.put(id, entry);
      forgetOldest();
      return new AdminService.Start.Known(operation);
    } catch (RejectedExecutionException full) {
      throw new DosqlException(
              ErrorCode.RESOURCE_EXHAUSTED,
              "%d operations wait already, the limit maxWaitingOperations".formatted(WAITING_MAX),
              full)
          .withRetryAfter(Duration.ofSeconds(5));
    } finally {
      lock.unlock();
    }
  }

  Optional<Operation> find(String id) {
    lock.lock();
    try {
      return Optional.ofNullable(entries.get(id)).map(entry -> entry.operation);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void forgetOldest() {
    if (entries.size() > ENDED_MAX) {
      entries.entrySet().stream()
          .filter(entry -> entry.getValue().operation.state() != Operation.State.RUNNING)
          .map(Map.Entry::getKey)
          .findFirst()
          .ifPresent(entries::remove);
    }
  }

  private void run(Entry entry, Work work) {
    String id = entry.operation.id();
    LOG.info("operation {} ({}) begins", id, entry.request.kind());
    OperationResult result = null;
    DosqlException error;
    try {
      End end = work.run(progress -> progressed(entry, progress));
      result = end.result();
      error = end.error();
    } catch (DosqlException failure) {
      error = failure;
    } catch (RuntimeException | Error failure) {
      LOG.error("operation {} failed unexpectedly", id, failure);
      error =
          new DosqlException(
              ErrorCode.INTERNAL, "the operation failed: see the pod's log", failure);
    }
    if (error == null) {
      LOG.info("operation {} ({}) succeeded", id, entry.request.kind());
    } else {
      LOG.warn(
          "operation {} ({}) failed: {}: {}",
          id,
          entry.request.kind(),
          error.code(),
          error.getMessage());
    }
    ended(entry, result, error);
  }

  private void progressed(Entry entry, Operation.Progress progress) {
    change(entry, null, null, null, progress);
  }

  private void ended(
      Entry entry, @Nullable OperationResult result, @Nullable DosqlException error) {
    change(entry, clock.instant(), result, error, null);
  }

  private void change(
      Entry entry,
      @Nullable Instant finishedAt,
      @Nullable OperationResult result,
      @Nullable DosqlException error,
      Operation.@Nullable Progress progress) {
    lock.lock();
    try {
      Operation before = entry.operation;
      Operation.State state =
          finishedAt == null
              ? Operation.State.RUNNING
              : error == null ? Operation.State.SUCCEEDED : Operation.State.FAILED;
      entry.operation =
          new Operation(
              before.id(),
              before.kind(),
              state,
              before.startedAt(),
              finishedAt,
              progress == null ? before.progress() : progress,
              result,
              error);
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more; what runs is cut off with the process, and asked for again. */
  @Override
  public void close() {
    lanes.values().forEach(ExecutorService::shutdownNow);
  }
}
