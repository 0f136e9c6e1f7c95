package io.dosql.engine.tenant;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.CheckpointMode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One tenant, asleep or awake. It wakes when it is used, and sleeps only while nobody uses it. */
public final class Tenant {

  private static final Logger LOG = LoggerFactory.getLogger(Tenant.class);
  private static final Duration WAKE_MAX = Duration.ofSeconds(30);

  private final TenantName name;
  private final TenantFiles files;
  private final TenantEnvironment environment;
  private final Strand strand;

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private int uses;

  @GuardedBy("lock")
  private @Nullable CompletableFuture<TenantDatabase> awake;

  /**
   * On the strand only: open in part, because closing it failed. Its files must not be touched
   * before it is closed.
   */
  private @Nullable TenantDatabase unclosed;

  private volatile long lastUsedNanos = System.nanoTime();

  Tenant(TenantName name, TenantEnvironment environment) {
    this.name = name;
    this.environment = environment;
    this.files = new TenantFiles(environment.folder().resolve(name.value()));
    this.strand = new Strand(environment.pools().writers());
  }

  /** After a start: the log holds on to everything until it hears what the files hold. */
  void tellRedoPoint() throws IOException {
    environment.log().checkpointed(name.value(), files.readState().checkpointedLsn());
  }

  public TenantName name() {
    return name;
  }

  /** Keeps the tenant awake until closed. */
  public final class Use implements AutoCloseable {
    private final TenantDatabase database;
    private boolean ended;

    private Use(TenantDatabase database) {
      this.database = database;
    }

    public TenantDatabase database() {
      return database;
    }

    @Override
    public void close() {
      if (!ended) {
        ended = true;
        endUse();
      }
    }
  }

  /** Wakes the tenant if it sleeps, once for all that wait; waits for it. */
  public Use use() {
    CompletableFuture<TenantDatabase> waking;
    lock.lock();
    try {
      uses++;
      waking = awake;
      if (waking == null || isUseless(waking)) {
        waking = wakeAfter(waking);
        awake = waking;
      }
    } finally {
      lock.unlock();
    }
    try {
      return new Use(await(waking));
    } catch (RuntimeException failure) {
      endUse();
      throw failure;
    }
  }

  private static boolean isUseless(CompletableFuture<TenantDatabase> waking) {
    return waking.isCompletedExceptionally() || (waking.isDone() && waking.resultNow().isBroken());
  }

  private CompletableFuture<TenantDatabase> wakeAfter(
      @Nullable CompletableFuture<TenantDatabase> previous) {
    return strand.submit(
        () -> {
          if (unclosed != null) {
            close(unclosed);
          }
          if (previous != null && !previous.isCompletedExceptionally()) {
            close(previous.resultNow());
          }
          return wake();
        });
  }

  /** On the strand. */
  private void close(TenantDatabase database) {
    unclosed = database;
    database.close();
    unclosed = null;
  }

  /** On the strand. */
  private TenantDatabase wake() throws IOException {
    files.create();
    // What redo reads must be durable, or a crash after it would leave pages of no commit.
    Settling.await(environment.log(), environment.log().statistics().appended(), WAKE_MAX);
    TenantFiles.State state = new Redo(name, files, Connections.PAGE_SIZE, environment.log()).run();
    environment.log().checkpointed(name.value(), state.checkpointedLsn());
    return new TenantDatabase(name, files, state, strand, environment);
  }

  private TenantDatabase await(CompletableFuture<TenantDatabase> waking) {
    try {
      return waking.get(WAKE_MAX.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new DosqlException(
          ErrorCode.CONNECTION_ERROR, "interrupted while waking " + name, stop);
    } catch (TimeoutException slow) {
      throw new DosqlException(
          ErrorCode.TIMEOUT,
          "tenant %s did not wake within %d s".formatted(name, WAKE_MAX.toSeconds()),
          slow);
    } catch (ExecutionException failure) {
      LOG.error("tenant {} cannot be opened", name, failure.getCause());
      throw new DosqlException(
          ErrorCode.TENANT_UNAVAILABLE,
          "tenant %s cannot be opened: %s".formatted(name, reason(failure.getCause())),
          failure);
    }
  }

  private static String reason(@Nullable Throwable cause) {
    return cause == null ? "unknown" : String.valueOf(cause.getMessage());
  }

  private void endUse() {
    lastUsedNanos = System.nanoTime();
    lock.lock();
    try {
      uses--;
    } finally {
      lock.unlock();
    }
  }

  long lastUsedNanos() {
    return lastUsedNanos;
  }

  /** Whether its files are open, or about to be. */
  public boolean isAwake() {
    lock.lock();
    try {
      return awake != null;
    } finally {
      lock.unlock();
    }
  }

  /** The open database, if the tenant is fully awake; it may fall asleep at any moment. */
  @Nullable TenantDatabase databaseIfAwake() {
    lock.lock();
    try {
      CompletableFuture<TenantDatabase> current = awake;
      if (current == null || !current.isDone() || current.isCompletedExceptionally()) {
        return null;
      }
      return current.resultNow();
    } finally {
      lock.unlock();
    }
  }

  /** Closes the tenant unless it is in use; the future is done when the files are closed. */
  CompletableFuture<?> sleep() {
    return strand.submit(
        () -> {
          TenantDatabase closing = takeIfUnused();
          if (closing != null) {
            close(closing);
          }
          return name;
        });
  }

  private @Nullable TenantDatabase takeIfUnused() {
    lock.lock();
    try {
      CompletableFuture<TenantDatabase> current = awake;
      if (uses > 0 || current == null || !current.isDone()) {
        return null;
      }
      awake = null;
      return current.isCompletedExceptionally() ? null : current.resultNow();
    } finally {
      lock.unlock();
    }
  }

  /** Runs a checkpoint on the strand, some time soon. */
  CompletableFuture<Boolean> checkpointSoon(TenantDatabase database) {
    return strand.submit(
        () -> databaseIfAwake() == database && database.checkpoint(CheckpointMode.PASSIVE));
  }

  /** Gives back what memory the tenant can do without, on the strand, some time soon. */
  CompletableFuture<Boolean> shedCachesSoon() {
    return strand.submit(
        () -> {
          TenantDatabase database = databaseIfAwake();
          if (database == null) {
            return false;
          }
          database.shedCaches();
          return true;
        });
  }

  /** Bytes of its write-ahead log; 0 if there is none. */
  public long walBytes() {
    try {
      return Files.size(files.wal());
    } catch (IOException none) {
      return 0;
    }
  }

  /** What lists say of a tenant, without waking it. */
  public TenantSummary summary() {
    TenantDatabase database = databaseIfAwake();
    return new TenantSummary(
        name,
        isAwake(),
        database != null ? database.lastLsn() : lastLsnAsleep(),
        files.sizeBytes());
  }

  /**
   * The newest migration that was applied, "" for none. Wakes the tenant only where its state file
   * does not tell.
   */
  public String schemaVersion() {
    if (databaseIfAwake() == null) {
      try {
        TenantFiles.State state = files.readState();
        String known = state.schemaVersion();
        if (known != null && state.checkpointedLsn() >= lastLsnAsleep()) {
          return known;
        }
      } catch (IOException unreadable) {
        LOG.warn("tenant {}: its state cannot be read", name, unreadable);
      }
    }
    try (Use use = use()) {
      String version =
          use.database().readOnce(WAKE_MAX, connection -> SchemaVersion.read(connection.sqlite()));
      use.database().settle();
      return version;
    }
  }

  private long lastLsnAsleep() {
    long inLog = environment.log().lastLsn(name.value()).orElse(0);
    try {
      return Math.max(inLog, files.readState().checkpointedLsn());
    } catch (IOException unreadable) {
      LOG.warn("tenant {}: its state cannot be read", name, unreadable);
      return inLog;
    }
  }
}
