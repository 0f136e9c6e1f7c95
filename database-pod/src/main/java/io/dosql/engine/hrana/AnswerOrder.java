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

  @GuardedBy("lock")
  private boolean isOver;

  // On the thread that takes messages.
  private long taken;

  /**
   * A message among all of a connection.
   *
   * @param number from 0
   * @param receivedNanos when it came
   * @param sizeBytes of the message
   */
  record Place(long number, long receivedNanos, int sizeBytes) {

    /** Of what is not answered. */
    static final Place NONE = new Place(-1, 0, 0);
  }

  private record Early(ByteBuffer message, SocketPeer.Answered answered) {}

  AnswerOrder(SocketPeer peer, boolean keepsOrder) {
    this.peer = peer;
    this.keepsOrder = keepsOrder;
  }

  /** The place of the next message, which must be answered. */
  Place take(long receivedNanos, int sizeBytes) {
    return new Place(taken++, receivedNanos, sizeBytes);
  }

  /** Sends an answer, now or when those before it are there. */
  void answer(Place place, ByteBuffer message, String code) {
    answer(place, message, code, () -> {});
  }

  /** The same; {@code whenSent} is run when it has been sent or given up. */
  void answer(Place place, ByteBuffer message, String code, Runnable whenSent) {
    SocketPeer.Answered answered =
        new SocketPeer.Answered(
            code, System.nanoTime() - place.receivedNanos(), place.sizeBytes(), whenSent);
    if (!keepsOrder) {
      peer.answer(message, answered);
      return;
    }
    lock.lock();
    try {
      if (isOver) {
        whenSent.run();
        return;
      }
      early.put(place.number(), new Early(message, answered));
      for (Early due = early.remove(next); due != null; due = early.remove(next)) {
        next++;
        // Whoever waits for the lock meanwhile has an answer that is not due before this one.
        peer.answer(due.message(), due.answered());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives up what was not sent: the connection has ended. */
  void end() {
    lock.lock();
    try {
      isOver = true;
      early.values().forEach(waiting -> waiting.answered().whenSent().run());
      early.clear();
    } finally {
      lock.unlock();
    }
  }
}
