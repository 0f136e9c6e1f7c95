package io.dosql.engine.tenant;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the jobs of all tenants on a few platform threads, so that no tenant gets in another's way.
 *
 * <p>Only so many jobs run at a time: they hold the <em>turns</em>. Free turns go round the tenants
 * that have something to run, whatever each of them has waiting. A job that has run for a slice
 * offers its turn, from SQLite's progress handler ({@link #offerTurn}): if somebody waits, it
 * pauses, inside the native call and on its own thread, until its tenant's turn comes again. So a
 * statement of thirty seconds delays one of a millisecond by little more than a slice. What does
 * not ask for a while, as in one call of a function on a large value, has its turn taken away
 * instead: it runs on, and the turn is given to somebody else.
 *
 * <p>Jobs that have begun keep their thread until they end, so they are bounded as well, for each
 * tenant and for all; the rest waits without a thread. When all threads are taken and a tenant that
 * has none waits, the next job that offers its turn is told to end.
 *
 * <p>Thread safe. Who may submit, and so how much waits, is bounded by the tenants' limits.
 */
final class FairPool implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FairPool.class);
  private static final Duration IDLE_MAX = Duration.ofSeconds(10);

  /**
   * The bounds of a pool.
   *
   * @param turns jobs that run at a time
   * @param turnsPerTenant jobs of one tenant that run at a time
   * @param begunPerTenant jobs of one tenant that run or are paused
   * @param begun jobs that run or are paused, each of which has a thread
   * @param slice how long a job runs before it offers its turn
   * @param overdue how long after its slice a job that did not offer its turn loses it
   */
  record Shares(
      int turns,
      int turnsPerTenant,
      int begunPerTenant,
      int begun,
      Duration slice,
      Duration overdue) {
    Shares {
      if (turnsPerTenant < 1 || turnsPerTenant > turns || begunPerTenant < turnsPerTenant) {
        throw new IllegalArgumentException("a tenant's share of the threads is impossible");
      }
      if (begun < turns || begun < begunPerTenant) {
        throw new IllegalArgumentException("there are fewer threads than turns");
      }
    }
  }

  /** What one tenant has in the pool; there only while it has anything. */
  private static final class Lane {
    private final Object tenant;
    private final ArrayDeque<Runnable> fresh = new ArrayDeque<>();
    private final ArrayDeque<Worker> paused = new ArrayDeque<>();
    private int running;
    private int begun;
    private boolean resumedLast;

    private Lane(Object tenant) {
      this.tenant = tenant;
    }

    private boolean isIdle() {
      return fresh.isEmpty() && paused.isEmpty() && begun == 0;
    }
  }

  private final String name;
  private final Shares shares;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();

  @GuardedBy("lock")
  private final Map<Object, Lane> lanes = new HashMap<>();

  /** Lanes in which something waits, in the order of their turns. */
  @GuardedBy("lock")
  private final LinkedHashSet<Lane> waiting = new LinkedHashSet<>();

  @GuardedBy("lock")
  private final ArrayDeque<Worker> idle = new ArrayDeque<>();

  /** Who has a turn. */
  @GuardedBy("lock")
  private final Set<Worker> running = new HashSet<>();

  @GuardedBy("lock")
  private int begun;

  @GuardedBy("lock")
  private long threadsStarted;

  /** Who was told to end, to make room, and has not ended yet. */
  @GuardedBy("lock")
  private @Nullable Worker ending;

  @GuardedBy("lock")
  private boolean closed;

  FairPool(String name, Shares shares) {
    this.name = name;
    this.shares = shares;
  }

  /** Where {@code tenant}'s jobs run. */
  Executor of(Object tenant) {
    return job -> submit(tenant, job);
  }

  /** Jobs that run at a time, those of one tenant, and so on. */
  Shares shares() {
    return shares;
  }

  private void submit(Object tenant, Runnable job) {
    lock.lock();
    try {
      if (closed) {
        throw new RejectedExecutionException("the pool " + name + " is closed");
      }
      Lane lane = lanes.computeIfAbsent(tenant, Lane::new);
      lane.fresh.add(job);
      waiting.add(lane);
      dispatch();
      takeOverdueTurns();
    } finally {
      lock.unlock();
    }
  }

  /** From time to time, for the sake of who waits while nothing is submitted or ends. */
  void takeTurnsOfTheStuck() {
    lock.lock();
    try {
      takeOverdueTurns();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void takeOverdueTurns() {
    if (nextLane() == null) {
      return;
    }
    long limit = System.nanoTime() - shares.overdue().toNanos();
    running.removeIf(worker -> worker.losesTurn(limit));
    dispatch();
  }

  /** Gives free turns away. */
  @GuardedBy("lock")
  private void dispatch() {
    while (running.size() < shares.turns()) {
      Lane next = nextLane();
      if (next == null) {
        return;
      }
      start(next);
    }
  }

  @GuardedBy("lock")
  private @Nullable Lane nextLane() {
    for (Lane lane : waiting) {
      if (canRun(lane)) {
        return lane;
      }
    }
    return null;
  }

  @GuardedBy("lock")
  private boolean canRun(Lane lane) {
    return lane.running < shares.turnsPerTenant() && (!lane.paused.isEmpty() || canBegin(lane));
  }

  @GuardedBy("lock")
  private boolean canBegin(Lane lane) {
    return !lane.fresh.isEmpty() && lane.begun < shares.begunPerTenant() && begun < shares.begun();
  }

  /** Long jobs and new ones of a tenant take turns, too. */
  @GuardedBy("lock")
  private void start(Lane lane) {
    lane.running++;
    boolean resumes = !lane.paused.isEmpty() && !(lane.resumedLast && canBegin(lane));
    lane.resumedLast = resumes;
    if (resumes) {
      give(lane.paused.remove());
    } else {
      begin(lane, lane.fresh.remove());
    }
    waiting.remove(lane);
    if (!lane.fresh.isEmpty() || !lane.paused.isEmpty()) {
      waiting.add(lane);
    }
  }

  @GuardedBy("lock")
  private void begin(Lane lane, Runnable job) {
    begun++;
    lane.begun++;
    Worker free = idle.pollLast();
    Worker worker = free == null ? new Worker(name + "-" + threadsStarted++) : free;
    worker.lane = lane;
    worker.job = job;
    give(worker);
    if (free == null) {
      worker.start();
    }
  }

  /** Gives a turn to one that has begun. */
  @GuardedBy("lock")
  private void give(Worker worker) {
    running.add(worker);
    worker.isPaused = false;
    worker.startSlice();
    worker.wake();
  }

  /**
   * From within a job, now and then: pauses it when its slice is over and somebody waits who could
   * run. Does nothing on threads of no pool.
   *
   * @return false if the job should end, because its thread is needed
   */
  static boolean offerTurn() {
    return !(Thread.currentThread() instanceof Worker worker) || worker.offer();
  }

  /**
   * Runs what was submitted, and takes nothing more. Returns when all has ended, or the calling
   * thread is interrupted.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      idle.forEach(Worker::wake);
      while (begun > 0 || !waiting.isEmpty()) {
        ended.await();
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Jobs that run, for tests and metrics. */
  int running() {
    lock.lock();
    try {
      return running.size();
    } finally {
      lock.unlock();
    }
  }

  private boolean offer(Worker worker) {
    lock.lock();
    try {
      boolean goesOn = !isInTheWay(worker);
      if (goesOn && (!running.contains(worker) || isWanted(worker))) {
        pause(worker);
      }
      worker.startSlice();
      return goesOn;
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody could run if this one did not. */
  @GuardedBy("lock")
  private boolean isWanted(Worker worker) {
    Lane mine = worker.lane();
    mine.running--;
    boolean isWanted = nextLane() != null;
    mine.running++;
    return isWanted;
  }

  @GuardedBy("lock")
  private void pause(Worker worker) {
    Lane mine = worker.lane();
    running.remove(worker);
    mine.running--;
    mine.paused.add(worker);
    mine.resumedLast = true;
    worker.isPaused = true;
    waiting.add(mine);
    dispatch();
    while (worker.isPaused) {
      worker.turn.awaitUninterruptibly();
    }
  }

  /** All threads are taken, its tenant has several of them, and another has none. */
  @GuardedBy("lock")
  private boolean isInTheWay(Worker worker) {
    if (begun < shares.begun() || ending != null || worker.lane().begun < 2) {
      return false;
    }
    for (Lane other : waiting) {
      if (other.begun == 0) {
        ending = worker;
        return true;
      }
    }
    return false;
  }

  private void end(Worker worker) {
    lock.lock();
    try {
      Lane mine = worker.lane();
      worker.lane = null;
      if (worker.equals(ending)) {
        ending = null;
      }
      begun--;
      mine.begun--;
      mine.running--;
      running.remove(worker);
      if (mine.isIdle()) {
        lanes.remove(mine.tenant);
      }
      // Before turns are given away, so that this thread may be the one that takes it.
      idle.addLast(worker);
      dispatch();
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Null when there was none for a while, or the pool is closed. */
  private @Nullable Runnable awaitJob(Worker worker) {
    lock.lock();
    try {
      long left = IDLE_MAX.toNanos();
      while (worker.job == null && left > 0 && !closed) {
        try {
          left = worker.turn.awaitNanos(left);
        } catch (InterruptedException meantForTheJob) {
          // Whoever interrupts a pool's thread is too late: the job has ended.
        }
      }
      Runnable next = worker.job;
      worker.job = null;
      if (next == null) {
        idle.remove(worker);
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** A thread of the pool, and the job that it has begun. */
  private final class Worker extends Thread {
    private final Condition turn = lock.newCondition();

    // Under the pool's lock.
    private @Nullable Lane lane;
    private @Nullable Runnable job;

    /** It paused, and has not been given a turn since; it may lose that before it wakes. */
    private boolean isPaused;

    /** Written by whoever gives the turn, and by this thread. */
    private volatile long sliceEndNanos;

    private Worker(String name) {
      super(null, null, name, 0, false);
      setDaemon(true);
    }

    @Override
    public void run() {
      for (Runnable next = awaitJob(this); next != null; next = awaitJob(this)) {
        try {
          next.run();
        } catch (Throwable failure) {
          LOG.error("a job of the pool {} failed unseen", FairPool.this.name, failure);
        }
        end(this);
      }
    }

    private boolean offer() {
      return System.nanoTime() - sliceEndNanos < 0 || FairPool.this.offer(this);
    }

    private void startSlice() {
      sliceEndNanos = System.nanoTime() + shares.slice().toNanos();
    }

    private boolean losesTurn(long limitNanos) {
      return sliceEndNanos - limitNanos < 0;
    }

    private Lane lane() {
      if (lane == null) {
        throw new IllegalStateException("no job has begun");
      }
      return lane;
    }

    private void wake() {
      turn.signal();
    }
  }
}
