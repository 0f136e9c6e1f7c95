package io.dosql.engine.simulation;

import java.lang.reflect.Constructor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs virtual threads one at a time, in an order that a seed decides. Whatever blocks in Java
 * gives its turn away by being unmounted, as virtual threads do; what is inside native code, and so
 * cannot be unmounted, gives it away by {@link #pause}, and keeps its carrier for later.
 *
 * <p>One carrier runs at any moment: the others wait to be handed the turn. So code under test
 * needs no change to be deterministic, as long as it shares no monitor across a pause and does not
 * depend on identity hash codes.
 *
 * <p>It is a {@link ForkJoinPool} in name only, because the JDK asks only such a scheduler for
 * timers. Timed waits run out in real time, and only when nothing else can go on: then the outcome
 * is the same each time.
 */
final class Scheduler extends ForkJoinPool {

  private static final int CARRIERS_MAX = 24;
  private static final String MONITORS = "VirtualThread-unblocker";
  private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Something that can go on: a virtual thread, or a carrier that is inside native code. */
  private sealed interface Ready {}

  private record Task(Runnable continuation) implements Ready {}

  private static final class Paused implements Ready {
    private final Thread thread = Thread.currentThread();
    private volatile boolean hasTurn;

    void giveTurn() {
      hasTurn = true;
      LockSupport.unpark(thread);
    }

    void awaitTurn() {
      while (!hasTurn) {
        LockSupport.park(this);
      }
    }
  }

  /** Put off until so many steps were done, to make a thread slow beyond chance. */
  private record PutOff(long untilStep, Ready entry) {}

  /** What a thread that is not of the simulation has woken. */
  private record Foreign(String thread, Runnable continuation) {}

  private final class Carrier extends Thread {
    private volatile boolean hasTurn;

    Carrier(int number) {
      super("carrier-" + number);
      setDaemon(true);
    }

    void giveTurn() {
      hasTurn = true;
      LockSupport.unpark(this);
    }

    @Override
    public void run() {
      while (true) {
        while (!hasTurn) {
          if (isClosed) {
            return;
          }
          LockSupport.park(this);
        }
        hasTurn = false;
        work(this);
      }
    }
  }

  private final Random random;
  private final Runnable onStep;
  private final ThreadFactory factory;
  private final List<Ready> ready = new ArrayList<>();
  private final PriorityQueue<PutOff> putOff =
      new PriorityQueue<>(Comparator.comparingLong(PutOff::untilStep));
  private final List<Timer> timers = new ArrayList<>();
  private final ArrayDeque<Carrier> idle = new ArrayDeque<>();
  private final List<Carrier> carriers = new ArrayList<>();
  private final Queue<Foreign> foreign = new ConcurrentLinkedQueue<>();
  private volatile boolean isClosed;
  private volatile boolean isRunning;
  private @Nullable Throwable failure;
  private BooleanSupplier onQuiet = () -> false;
  private CountDownLatch ended = new CountDownLatch(0);
  private long steps;

  // Chosen by the seed.

  private final int pauseOneIn;
  private final int putOffOneIn;
  private final int putOffSteps;

  /**
   * Makes a scheduler.
   *
   * @param onStep called between two turns
   */
  Scheduler(Random random, Runnable onStep) {
    super(1);
    this.random = random;
    this.onStep = onStep;
    this.factory = threads(this);
    this.pauseOneIn = new int[] {3, 8, 20, 60}[random.nextInt(4)];
    this.putOffOneIn = new int[] {10, 40, 200, Integer.MAX_VALUE}[random.nextInt(4)];
    this.putOffSteps = new int[] {5, 30, 200}[random.nextInt(3)];
  }

  /** Threads of ours: the JDK has no public way to ask for them; see the test's command line. */
  private static ThreadFactory threads(Executor scheduler) {
    try {
      Constructor<?> builder =
          Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
              .getDeclaredConstructor(Executor.class);
      builder.setAccessible(true);
      return ((Thread.Builder.OfVirtual) builder.newInstance(scheduler)).factory();
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException(
          "the simulation needs --add-opens java.base/java.lang=ALL-UNNAMED", e);
    }
  }

  ThreadFactory threadFactory() {
    return factory;
  }

  /** Starts a thread of the simulation; what it throws fails the run. */
  void spawn(Callable<?> body) {
    factory
        .newThread(
            () -> {
              try {
                body.call();
              } catch (Throwable e) {
                fail(e);
              }
            })
        .start();
  }

  void fail(Throwable e) {
    if (failure == null) {
      failure = e;
    } else if (!failure.equals(e)) {
      failure.addSuppressed(e);
    }
  }

  boolean hasFailed() {
    return failure != null;
  }

  long steps() {
    return steps;
  }

  /**
   * Runs until nothing can go on any more.
   *
   * @param whenQuiet makes something go on again, or returns false
   */
  void run(BooleanSupplier whenQuiet) throws Exception {
    onQuiet = whenQuiet;
    ended = new CountDownLatch(1);
    isRunning = true;
    idleCarrier().giveTurn();
    ended.await();
    isRunning = false;
    if (failure instanceof Exception e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }

  @Override
  public void close() {
    isClosed = true;
    carriers.forEach(LockSupport::unpark);
    super.shutdownNow();
  }

  // ---- Whose turn it is; all that follows is done by who has the turn

  private Carrier idleCarrier() {
    Carrier carrier = idle.poll();
    if (carrier == null) {
      carrier = new Carrier(carriers.size());
      carriers.add(carrier);
      carrier.start();
    }
    return carrier;
  }

  /** A carrier's turn: until it hands it on. */
  private void work(Carrier self) {
    while (true) {
      Ready next = failure == null ? pick() : null;
      if (next == null && !makeSomethingReady()) {
        idle.push(self);
        ended.countDown();
        return;
      }
      switch (next) {
        case null -> {}
        case Task task -> task.continuation().run();
        case Paused paused -> {
          idle.push(self);
          paused.giveTurn();
          return;
        }
      }
    }
  }

  private @Nullable Ready pick() {
    onStep.run();
    steps++;
    takeForeign();
    while (!putOff.isEmpty() && (putOff.peek().untilStep() <= steps || ready.isEmpty())) {
      ready.add(putOff.remove().entry());
    }
    if (ready.isEmpty()) {
      return null;
    }
    int index = random.nextInt(ready.size());
    Ready chosen = ready.get(index);
    ready.set(index, ready.getLast());
    ready.removeLast();
    if (!ready.isEmpty() && random.nextInt(putOffOneIn) == 0) {
      putOff.add(new PutOff(steps + random.nextInt(putOffSteps), chosen));
      return pick();
    }
    return chosen;
  }

  /**
   * The JDK has a thread of its own wake who waited for a monitor, and so decides when: the rules
   * are checked all the same, only a replay may go another way.
   */
  private void takeForeign() {
    Foreign woken = foreign.poll();
    if (woken != null && woken.thread.equals(MONITORS)) {
      ready.add(new Task(woken.continuation));
    } else if (woken != null) {
      fail(
          new IllegalStateException(
              "woken by '%s', which is not of the simulation".formatted(woken.thread)));
    }
  }

  private boolean makeSomethingReady() {
    if (failure != null) {
      return false;
    }
    // A short wait is a poll, and what it waits for is not going to be signalled.
    Timer next = timers.stream().min(Comparator.comparingLong(t -> t.delayNanos)).orElse(null);
    if (next != null && next.delayNanos <= LONGEST_WAIT_NANOS) {
      timers.remove(next);
      LockSupport.parkNanos(next.delayNanos);
      next.command.run();
      return true;
    }
    return onQuiet.getAsBoolean();
  }

  /** A thread can go on. */
  @Override
  public void execute(Runnable continuation) {
    Thread current = Thread.currentThread();
    if (isRunning && !(current instanceof Carrier || current.isVirtual())) {
      foreign.add(new Foreign(current.getName(), continuation));
    } else {
      ready.add(new Task(continuation));
    }
  }

  /** A place where the turn may change hands, outside of native code. */
  void point() {
    if (Thread.currentThread().isVirtual() && random.nextInt(pauseOneIn) == 0) {
      giveWay();
    }
  }

  /** Gives the turn to another thread, outside of native code. */
  @SuppressWarnings("ThreadPriorityCheck") // This is the scheduler that is relied on.
  void giveWay() {
    Thread.yield();
  }

  /** The same inside native code. */
  void pointInNative() {
    if (Thread.currentThread().isVirtual() && random.nextInt(pauseOneIn) == 0) {
      pause();
    }
  }

  /** Gives the turn to another thread, inside native code, if there is one. */
  void pause() {
    if (carriers.size() - idle.size() >= CARRIERS_MAX || failure != null) {
      return;
    }
    Paused self = new Paused();
    ready.add(self);
    Ready next = pick();
    if (next == null) {
      return;
    }
    if (next == self) {
      return;
    }
    if (next instanceof Paused other) {
      other.giveTurn();
    } else {
      ready.add(next);
      idleCarrier().giveTurn();
    }
    self.awaitTurn();
  }

  // ---- Timed waits

  private final class Timer implements ScheduledFuture<Object> {
    private final Runnable command;
    private final long delayNanos;

    Timer(Runnable command, long delayNanos) {
      this.command = command;
      this.delayNanos = delayNanos;
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      return timers.remove(this);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(delayNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(delayNanos, other.getDelay(TimeUnit.NANOSECONDS));
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public boolean isDone() {
      return false;
    }

    @Override
    @SuppressWarnings("NullAway")
    public Object get() {
      return null;
    }

    @Override
    @SuppressWarnings("NullAway")
    public Object get(long timeout, TimeUnit unit) {
      return null;
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    Timer timer = new Timer(command, unit.toNanos(delay));
    timers.add(timer);
    return timer;
  }
}
