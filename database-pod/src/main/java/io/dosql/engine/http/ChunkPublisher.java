package io.dosql.engine.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Hands chunks to the server's framework as it asks for them, which it does when the socket has
 * room: the writer waits meanwhile. At most one chunk is under way beside what the socket holds.
 */
final class ChunkPublisher implements Publisher<ByteBuf>, Subscription, Responder.Body {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private @Nullable Subscriber<? super ByteBuf> subscriber;

  @GuardedBy("lock")
  private long demand;

  @GuardedBy("lock")
  private boolean cancelled;

  @GuardedBy("lock")
  private boolean ended;

  @Override
  public void subscribe(Subscriber<? super ByteBuf> newSubscriber) {
    lock.lock();
    try {
      if (subscriber != null) {
        throw new IllegalStateException("a body is sent once");
      }
      subscriber = newSubscriber;
    } finally {
      lock.unlock();
    }
    newSubscriber.onSubscribe(this);
  }

  @Override
  public void request(long more) {
    lock.lock();
    try {
      demand = demand + more < 0 ? Long.MAX_VALUE : demand + more;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void cancel() {
    lock.lock();
    try {
      cancelled = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean write(ByteBuffer chunk, Duration timeout) {
    Subscriber<? super ByteBuf> receiver;
    lock.lock();
    try {
      receiver = awaitDemand(timeout);
      if (receiver == null) {
        return false;
      }
      demand--;
    } finally {
      lock.unlock();
    }
    // Outside the lock: it may ask for more, or cancel, at once.
    receiver.onNext(Unpooled.wrappedBuffer(chunk));
    return true;
  }

  @GuardedBy("lock")
  private @Nullable Subscriber<? super ByteBuf> awaitDemand(Duration timeout) {
    long left = timeout.toNanos();
    try {
      while (!cancelled && (demand == 0 || subscriber == null)) {
        if (left <= 0) {
          throw new DosqlException(
              ErrorCode.TIMEOUT,
              "The client took nothing for %d ms (clientTimeout).".formatted(timeout.toMillis()));
        }
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return null;
    }
    return cancelled ? null : subscriber;
  }

  @Override
  public void end() {
    Subscriber<? super ByteBuf> receiver = takeEnd();
    if (receiver != null) {
      receiver.onComplete();
    }
  }

  @Override
  public void breakOff() {
    Subscriber<? super ByteBuf> receiver = takeEnd();
    if (receiver != null) {
      receiver.onError(new IOException("the result was broken off"));
    }
  }

  private @Nullable Subscriber<? super ByteBuf> takeEnd() {
    lock.lock();
    try {
      if (cancelled || ended) {
        return null;
      }
      ended = true;
      return subscriber;
    } finally {
      lock.unlock();
    }
  }
}
