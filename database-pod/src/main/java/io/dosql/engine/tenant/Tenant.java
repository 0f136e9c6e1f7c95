package io.dosql.engine.tenant;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.sqlite.CheckpointMode;
import io.dosql.engine.sqlite.SqliteConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One tenant, in one of the states of {@link TenantState}. It wakes when it is used, and sleeps
 * only while nobody uses it.
 *
 * <p>What opens its files and what closes, replaces or removes them runs on the tenant's strand, so
 * they never meet. Thread safe; most calls wait for the strand, so not to be made on it.
 */
public final class Tenant {

  private static final Logger LOG = LoggerFactory.getLogger(Tenant.class);
  private static final Duration WAKE_MAX = Duration.ofSeconds(30);

  /** An open database, and its place among those that are awake. */
  record Opened(TenantDatabase database, AwakeTenants.Place place) {}

  private final TenantName name;
  private final TenantParts parts;
  private final TenantLife life;
  private final ReentrantLock lock;

  /** Made when first needed: thousands of tenants sleep from the start on. */
  @GuardedBy("lock")
  private @Nullable Strand strand;

  @GuardedBy("lock")
  private int uses;

  /**
   * Done when the tenant is awake. Invariant: null while nobody has asked for it since it slept.
   */
  @GuardedBy("lock")
  private @Nullable CompletableFuture<Opened> awake;

  /**
   * On the strand only: open in part, because closing it failed. Its files must not be touched
   * before it is closed.
   */
  private @Nullable Opened unclosed;

  private volatile boolean pinned;
  private volatile long lastUsedNanos;

  Tenant(TenantName name, TenantParts parts, TenantState state) {
    this.name = name;
    this.parts = parts;
    this.life = new TenantLife(this, parts, state);
    this.lock = life.lock;
    this.lastUsedNanos = parts.nowNanos();
  }

  public TenantName name() {
    return name;
  }

  public TenantState state() {
    return life.state();
  }

  TenantLife life() {
    return life;
  }

  TenantFiles files() {
    return parts.folders().files(name);
  }

  Strand strand() {
    lock.lock();
    try {
      Strand made = strand;
      if (made == null) {
        made = new Strand(parts.environment().pools().writersOf(name));
        strand = made;
      }
      return made;
    } finally {
      lock.unlock();
    }
  }

  /**
   * After a start: the log holds on to everything until it hears what the files hold. Done some
   * time soon, unless the tenant is used by then, which tells it, too.
   */
  CompletableFuture<?> tellRedoPointSoon() {
    return strand()
        .submit(
            () -> {
              if (state() == TenantState.ASLEEP) {
                tellRedoPoint(files().readState());
              }
              return name;
            });
  }

  /**
   * On the strand. A process that died between the state file's renaming and its sync has left a
   * name that can be read, and that a power failure would take back: the log must not let go of
   * anything before it is durable.
   */
  private void tellRedoPoint(TenantFiles.State state) throws IOException {
    CommitLog log = parts.environment().log();
    if (log.lastLsn(name.value()).isPresent()) {
      files().syncStateName();
    }
    log.checkpointed(name.value(), state.checkpointedLsn());
  }

  // ---- Use

  /** Keeps the tenant awake until closed, once, by any thread. */
  public final class Use implements AutoCloseable {
    private final TenantDatabase database;
    private final boolean keepsAwake;
    private final AtomicBoolean ended = new AtomicBoolean();

    private Use(TenantDatabase database, boolean keepsAwake) {
      this.database = database;
      this.keepsAwake = keepsAwake;
    }

    public TenantDatabase database() {
      return database;
    }

    @Override
    public void close() {
      if (ended.compareAndSet(false, true)) {
        endUse(keepsAwake);
      }
    }
  }

  /**
   * Wakes the tenant if it sleeps, once for all that wait; waits for it. Fails with
   * TENANT_UNAVAILABLE when it is quarantined, which is not tried again before its time; with
   * TENANT_BUSY while it is made, replaced or deleted; with NOT_FOUND once it is deleted; with
   * RESOURCE_EXHAUSTED when too many others are awake and in use.
   */
  public Use use() {
    return use(true);
  }

  /** As {@link #use}, but afterwards the tenant is as idle as before: for who only looks at it. */
  Use visit() {
    return use(false);
  }

  private Use use(boolean keepsAwake) {
    CompletableFuture<Opened> waking;
    CompletableFuture<Opened> previous = null;
    boolean isFirst = false;
    lock.lock();
    try {
      waking = isUnwanted() ? null : awake;
      if (waking == null) {
        life.requireMayWake();
      } else {
        life.requireNotClosed();
      }
      uses++;
      if (waking == null || isUseless(waking)) {
        previous = waking;
        isFirst = true;
        waking = new CompletableFuture<>();
        awake = waking;
      }
    } finally {
      lock.unlock();
    }
    try {
      if (isFirst) {
        wakeSoon(waking, previous);
      }
      return new Use(await(waking).database(), keepsAwake);
    } catch (RuntimeException failure) {
      endUse(keepsAwake);
      throw failure;
    }
  }

  private static boolean isUseless(CompletableFuture<Opened> waking) {
    return waking.isDone()
        && !waking.isCompletedExceptionally()
        && waking.resultNow().database().isBroken();
  }

  /** Who has to wait for a place does it on a thread of its own: all that come wait together. */
  private void wakeSoon(
      CompletableFuture<Opened> waking, @Nullable CompletableFuture<Opened> previous) {
    Opened before = previous == null ? null : previous.resultNow();
    AwakeTenants.Place place = before != null ? before.place() : parts.awake().takeFree(this);
    if (place != null) {
      wakeOnStrand(waking, before, place);
      return;
    }
    var _ =
        Thread.startVirtualThread(
            () -> {
              try {
                wakeOnStrand(waking, before, parts.awake().take(this));
              } catch (InterruptedException | RuntimeException failure) {
                waking.completeExceptionally(failure);
              }
            });
  }

  private void wakeOnStrand(
      CompletableFuture<Opened> waking, @Nullable Opened before, AwakeTenants.Place place) {
    var _ =
        strand()
            .submit(
                () -> {
                  // Done within the job: the next one has to find it so.
                  try {
                    return waking.complete(wake(before, place));
                  } catch (Throwable failure) {
                    place.giveBack();
                    return waking.completeExceptionally(failure);
                  }
                })
            .exceptionally(
                poolHasEnded -> {
                  place.giveBack();
                  return waking.completeExceptionally(poolHasEnded);
                });
  }

  private Opened await(CompletableFuture<Opened> waking) {
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
      if (failure.getCause() instanceof DosqlException told) {
        throw TenantLife.again(told);
      }
      throw new DosqlException(
          ErrorCode.TENANT_UNAVAILABLE,
          "tenant %s cannot be opened: %s".formatted(name, message(failure.getCause())),
          failure);
    }
  }

  static String message(@Nullable Throwable cause) {
    return cause == null || cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage();
  }

  private void endUse(boolean keepsAwake) {
    if (keepsAwake) {
      lastUsedNanos = parts.nowNanos();
    }
    boolean isIdle;
    lock.lock();
    try {
      uses--;
      isIdle = uses == 0;
    } finally {
      lock.unlock();
    }
    if (isIdle) {
      parts.awake().becameIdle();
    }
  }

  // ---- Waking, on the strand

  /**
   * @param before the database that has to be closed first, because only recovery helps it
   */
  private Opened wake(@Nullable Opened before, AwakeTenants.Place place) throws IOException {
    closeUnclosed();
    if (before != null) {
      life.transition(TenantState.SLEEPING, "it has to be recovered");
      close(before, place);
    }
    life.requireMayWake();
    boolean wasQuarantined = state() == TenantState.QUARANTINED;
    life.transition(TenantState.WAKING, "it is used");
    try {
      Opened opened = new Opened(open(wasQuarantined), place);
      life.transition(TenantState.AWAKE, "its files are open");
      parts.census().wakes.increment();
      return opened;
    } catch (DosqlException noDamage) {
      life.transition(TenantState.ASLEEP, message(noDamage));
      throw noDamage;
    } catch (IOException | RuntimeException damage) {
      throw life.unavailable(life.enterQuarantine(message(damage)), damage);
    } catch (Error lackOfMemory) {
      life.transition(TenantState.ASLEEP, message(lackOfMemory));
      throw lackOfMemory;
    }
  }

  private TenantDatabase open(boolean check) throws IOException {
    TenantEnvironment environment = parts.environment();
    String lasting = life.lastingDamage();
    if (lasting != null) {
      throw new DamagedTenantException(lasting);
    }
    parts.folders().make(name);
    // What redo reads must be durable, or a crash after it would leave pages of no commit.
    Settling.await(environment.log(), environment.log().statistics().appended(), WAKE_MAX);
    TenantFiles files = files();
    TenantFiles.State state = new Redo(name, files, Connections.PAGE_SIZE, environment.log()).run();
    tellRedoPoint(state);
    TenantDatabase database =
        new TenantDatabase(name, files, state, strand(), environment, this::suspect);
    if (check) {
      requireSound(database);
    }
    return database;
  }

  /** Who was quarantined must be sound before it is served again. */
  private static void requireSound(TenantDatabase database) throws DamagedTenantException {
    String damage = database.findDamage();
    if (damage != null) {
      database.leaveService("its files are damaged");
      database.close();
      throw new DamagedTenantException(damage);
    }
  }

  // ---- Damage

  /**
   * Says that the tenant, asleep, is damaged: what the start of the pod, or of its log, found out.
   *
   * @param isLasting whether only a restore can heal it; else it is tried again
   */
  void foundDamaged(String reason, boolean isLasting) {
    lock.lock();
    try {
      if (isLasting) {
        life.setLastingDamage(reason);
      }
      if (state() == TenantState.ASLEEP && isUnwanted()) {
        Quarantine _ = life.enterQuarantine(reason);
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isRetryDue() {
    lock.lock();
    try {
      return isUnwanted() && life.isRetryDue();
    } finally {
      lock.unlock();
    }
  }

  /** Tries to open a quarantined tenant now; fails as {@link #use} does if it still cannot be. */
  public void retry() {
    life.retryNow();
    use().close();
  }

  /** From any thread: SQLite has said that the open database is damaged. */
  private void suspect(RuntimeException failure) {
    var _ = Thread.startVirtualThread(() -> checkForDamage(failure));
  }

  private void checkForDamage(RuntimeException told) {
    try (Use use = use()) {
      TenantDatabase database = use.database();
      String damage = database.readOnce(WAKE_MAX, TenantDatabase::findDamage);
      if (damage == null) {
        LOG.warn("tenant {}: SQLite told of damage, and finds none", name, told);
        return;
      }
      database.interruptWriter("its files are damaged");
      var _ =
          strand()
              .submit(() -> closeDamaged(database, damage))
              .exceptionally(
                  failure -> {
                    LOG.warn("tenant {} is damaged and could not be closed", name, failure);
                    return false;
                  });
    } catch (RuntimeException unknown) {
      LOG.warn("tenant {} could not be checked for damage", name, unknown);
    }
  }

  private boolean closeDamaged(TenantDatabase database, String damage) {
    Opened opened = databaseIfAwake() == database ? takeEvenIfUsed("it is damaged") : null;
    if (opened == null) {
      return false;
    }
    database.damaged(damage);
    close(opened);
    return true;
  }

  // ---- Sleep

  long lastUsedNanos() {
    return lastUsedNanos;
  }

  public boolean isPinned() {
    return pinned;
  }

  void setPinned(boolean isPinned) {
    pinned = isPinned;
  }

  public boolean isAwake() {
    return state() == TenantState.AWAKE;
  }

  /** Awake, and nobody has it in hand. */
  boolean mayBeEvicted() {
    lock.lock();
    try {
      return !pinned && uses == 0 && !isUnwanted() && state() == TenantState.AWAKE;
    } finally {
      lock.unlock();
    }
  }

  /** Whether nobody has asked for it to be awake. */
  boolean isUnwanted() {
    lock.lock();
    try {
      return awake == null || awake.isCompletedExceptionally();
    } finally {
      lock.unlock();
    }
  }

  /** Whether anybody uses it now. */
  boolean isInUse() {
    lock.lock();
    try {
      return uses > 0;
    } finally {
      lock.unlock();
    }
  }

  /** The open database, if the tenant is fully awake; it may fall asleep at any moment. */
  @Nullable TenantDatabase databaseIfAwake() {
    lock.lock();
    try {
      Opened opened = openedIfAwake();
      return opened == null ? null : opened.database();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private @Nullable Opened openedIfAwake() {
    CompletableFuture<Opened> current = awake;
    return current == null || !current.isDone() || current.isCompletedExceptionally()
        ? null
        : current.resultNow();
  }

  /**
   * Closes the tenant unless it is in use; the future is done when the files are closed, and says
   * whether this has closed them.
   */
  CompletableFuture<Boolean> sleep() {
    return strand()
        .submit(
            () -> {
              Opened closing = takeIfUnused();
              if (closing != null) {
                close(closing);
              }
              return closing != null;
            });
  }

  private @Nullable Opened takeIfUnused() {
    lock.lock();
    try {
      return uses > 0 ? null : takeEvenIfUsed("nobody uses it");
    } finally {
      lock.unlock();
    }
  }

  /** On the strand, which has to close what it gets; those who use it are told by the database. */
  @Nullable Opened takeEvenIfUsed(String why) {
    lock.lock();
    try {
      Opened opened = openedIfAwake();
      if (opened != null) {
        life.transition(TenantState.SLEEPING, why);
        awake = null;
      }
      return opened;
    } finally {
      lock.unlock();
    }
  }

  /** On the strand: what {@link #takeEvenIfUsed} gave. */
  void close(Opened opened) {
    close(opened, null);
  }

  /**
   * @param kept the place that goes on to be used
   */
  private void close(Opened opened, AwakeTenants.@Nullable Place kept) {
    unclosed = opened;
    opened.database().close();
    unclosed = null;
    if (opened.place() != kept) {
      opened.place().giveBack();
    }
    String damage = opened.database().damage();
    if (damage == null) {
      life.transition(TenantState.ASLEEP, "its files are closed");
    } else {
      Quarantine _ = life.enterQuarantine(damage);
    }
  }

  /** On the strand: closes what could not be closed before. */
  void closeUnclosed() {
    if (unclosed != null) {
      close(unclosed);
    }
  }

  /** Runs a checkpoint on the strand, some time soon. */
  CompletableFuture<Boolean> checkpointSoon(TenantDatabase database) {
    return strand()
        .submit(() -> databaseIfAwake() == database && database.checkpoint(CheckpointMode.PASSIVE));
  }

  // ---- What is known and done from outside

  /** Whether it was deleted: this object is of no use any more. */
  public boolean isDeleted() {
    return life.isDeleted();
  }

  /**
   * Replaces the content of the tenant in use: {@link TenantDatabase#replaceWith}, in the state
   * RESTORING.
   */
  public long replaceWith(Use use, SqliteConnection source, Duration timeout, Runnable save) {
    return new TenantChange(this, parts).replaceWith(use.database(), source, timeout, save);
  }

  /**
   * Gives a tenant that cannot be opened, or is not there, the content of a database file, as one
   * commit: its LSN goes on counting where that can be known, else it is higher than any that the
   * tenant can have had. Damaged files are moved aside and kept. After a crash the tenant is as it
   * was, or whole. Durable on return; what fails leaves the tenant as it was.
   *
   * @param source a database of the page size {@link TenantDatabase#PAGE_SIZE_BYTES}, used by
   *     nobody meanwhile
   * @throws DosqlException TENANT_EXISTS if the tenant is there and not quarantined
   */
  public TenantChange.Filled fill(SqliteConnection source, Duration timeout, String reason) {
    return fill(source, timeout, reason, lsn -> {});
  }

  /**
   * The same for content that tells its own LSN.
   *
   * @param told the LSN, before anything is read: it may still write to {@code source}. If it
   *     throws, nothing is filled
   */
  TenantChange.Filled fill(
      SqliteConnection source, Duration timeout, String reason, LongConsumer told) {
    return new TenantChange(this, parts).fill(source, timeout, reason, told);
  }

  /** Gives back what memory the tenant can do without, on the strand, some time soon. */
  CompletableFuture<Boolean> shedCachesSoon() {
    return strand()
        .submit(
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
      return Files.size(files().wal());
    } catch (IOException none) {
      return 0;
    }
  }

  /** What lists say of a tenant, without waking it. */
  public TenantSummary summary() {
    return new TenantFacts(this, parts).summary();
  }

  /**
   * The newest migration that was applied, "" for none; null where the tenant cannot be used. Wakes
   * the tenant only where its state file does not tell.
   */
  public @Nullable String schemaVersion() {
    return new TenantFacts(this, parts).schemaVersion();
  }
}
