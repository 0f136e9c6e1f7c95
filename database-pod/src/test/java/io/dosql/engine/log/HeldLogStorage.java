package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A log's directory whose syncs can be held back, so that commits are appended but not durable. */
public final class HeldLogStorage extends ForwardingLogStorage {

  private final boolean syncs;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean held;
  private int waiting;

  public HeldLogStorage(LogStorage storage) {
    this(storage, true);
  }

  private HeldLogStorage(LogStorage storage, boolean syncs) {
    super(storage);
    this.syncs = syncs;
  }

  /** Syncs nothing: fast, for tests in which the process may end, and the power stays on. */
  public static LogStorage withoutSyncs(LogStorage storage) {
    return new HeldLogStorage(storage, false);
  }

  /** From here on no sync ends. */
  public void hold() {
    set(true);
  }

  /** Lets all syncs go on. */
  public void release() {
    set(false);
  }

  private void set(boolean hold) {
    lock.lock();
    try {
      held = hold;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns when a sync waits to be released; false if none did in time. */
  boolean awaitHeldSync(Duration timeout) throws InterruptedException {
    lock.lock();
    try {
      long left = timeout.toNanos();
      while (waiting == 0 && left > 0) {
        left = changed.awaitNanos(left);
      }
      return waiting > 0;
    } finally {
      lock.unlock();
    }
  }

  private void pass() {
    lock.lock();
    try {
      waiting++;
      changed.signalAll();
      while (held) {
        changed.awaitUninterruptibly();
      }
      waiting--;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public LogFile create(String name) throws IOException {
    return new HeldFile(super.create(name));
  }

  @Override
  public LogFile openForWriting(String name) throws IOException {
    return new HeldFile(super.openForWriting(name));
  }

  @Override
  public void syncDirectory() throws IOException {
    pass();
    if (syncs) {
      super.syncDirectory();
    }
  }

  private final class HeldFile implements LogFile {
    private final LogFile file;

    HeldFile(LogFile file) {
      this.file = file;
    }

    @Override
    public long sizeBytes() throws IOException {
      return file.sizeBytes();
    }

    @Override
    public int read(ByteBuffer target, long offset) throws IOException {
      return file.read(target, offset);
    }

    @Override
    public int write(ByteBuffer source, long offset) throws IOException {
      return file.write(source, offset);
    }

    @Override
    public void sync() throws IOException {
      pass();
      if (syncs) {
        file.sync();
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
