package io.dosql.engine.archiver.chain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.archiver.LineListener;
import io.dosql.engine.log.LogPosition;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The chains of the line that is archived: it begins building them when the line is claimed, and
 * anew when another line is. Any thread.
 */
public final class LineChains implements LineListener, AutoCloseable {

  /** Makes the building of a line's chains, which holds the log from then on; does not start it. */
  @FunctionalInterface
  public interface Maker {
    Chains make(String line, LogPosition chainedTo);
  }

  private final Maker maker;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private @Nullable Chains current;

  @GuardedBy("lock")
  private String currentLine = "";

  @GuardedBy("lock")
  private boolean isClosed;

  public LineChains(Maker maker) {
    this.maker = maker;
  }

  @Override
  public void claimed(String line, LogPosition chainedTo, LogPosition from) {
    lock.lock();
    try {
      if (isClosed || (current != null && currentLine.equals(line))) {
        return;
      }
      if (current != null) {
        current.close();
      }
      Chains made = maker.make(line, chainedTo);
      current = made;
      currentLine = line;
      made.start();
    } finally {
      lock.unlock();
    }
  }

  /** See {@link Chains#chainedTo}; the beginning of the log before a line is claimed. */
  public LogPosition chainedTo() {
    return chains().map(Chains::chainedTo).orElse(LogPosition.START);
  }

  /** Empty before a line is claimed. */
  public Optional<ChainStatus> status() {
    return chains().map(Chains::status);
  }

  /** Backups no longer need snapshots of these tenants in a line. */
  public void released(String line, Set<String> tenants) {
    lock.lock();
    try {
      if (current != null && currentLine.equals(line)) {
        current.released(tenants);
      }
    } finally {
      lock.unlock();
    }
  }

  private Optional<Chains> chains() {
    lock.lock();
    try {
      return Optional.ofNullable(current);
    } finally {
      lock.unlock();
    }
  }

  /** Ends building, for good. */
  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      if (current != null) {
        current.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
