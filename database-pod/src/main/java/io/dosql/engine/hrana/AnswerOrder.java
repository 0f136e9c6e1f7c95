package io.dosql.engine.hrana;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends the answers to a client's messages: as they come, or, to clients that cannot tell them
 * apart otherwise, in the order of the messages. Thread safe.
 */
final class AnswerOrder {

  private final SocketPeer peer;
  private final boolean keepsOrder;
  private final ReentrantLock lock = new ReentrantLock();

  /** Answers that came before those to earlier messages. */
  @GuardedBy("lock")
  private final Map<Long, Early> early = new HashMap<>();

  @GuardedBy("lock")
  private long next;

  // On the thread that takes messages.
  private long taken;

  private record Early(ByteBuffer message, String code) {}

  AnswerOrder(SocketPeer peer, boolean keepsOrder) {
    this.peer = peer;
    this.keepsOrder = keepsOrder;
  }

  /** The place of the next message, which must be answered. */
  long take() {
    return taken++;
  }

  /** Sends an answer, now or when those before it are there. */
  void answer(long place, ByteBuffer message, String code) {
    if (!keepsOrder) {
      peer.answer(message, code);
      return;
    }
    lock.lock();
    try {
      early.put(place, new Early(message, code));
      for (Early due = early.remove(next); due != null; due = early.remove(next)) {
        next++;
        // Whoever waits for the lock meanwhile has an answer that is not due before this one.
        peer.answer(due.message(), due.code());
      }
    } finally {
      lock.unlock();
    }
  }
}
