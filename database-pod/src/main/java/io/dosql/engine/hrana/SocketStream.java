package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A stream of a connection, from its number's first use to its last, also if it could not be
 * opened. What it is asked runs in {@link #queue}; only there its state is touched.
 */
final class SocketStream {

  /**
   * A request on its way.
   *
   * @param place of its message among all of the connection
   */
  record Job(AnswerOrder.Place place, int requestId, SocketRequest request) {

    /** The same for a request that says the same more plainly. */
    Job asking(SocketRequest plain) {
      return new Job(place, requestId, plain);
    }
  }

  /** Handles one request of a stream, on the stream's thread. */
  @FunctionalInterface
  interface Handler {
    void handle(SocketStream stream, Job job);
  }

  // Written before the first request is added.
  private @Nullable StreamOwner owner;

  private final SerialQueue<Job> queue;

  // Read by whoever cancels; written in the queue.
  private volatile HranaStreams.@Nullable Lease lease;

  private @Nullable CursorRun cursor;
  private int cursorId;

  SocketStream(ThreadFactory threads, Handler handler) {
    this.queue = new SerialQueue<>(threads, job -> handler.handle(this, job));
  }

  /** Before the first request: whose stream it is. */
  void admit(StreamOwner client) {
    owner = client;
  }

  StreamOwner owner() {
    return Objects.requireNonNull(owner, "a stream of nobody");
  }

  void add(Job job) {
    queue.add(job);
  }

  void opened(HranaStreams.Lease opened) {
    lease = opened;
  }

  HranaStream stream() {
    HranaStreams.Lease open = lease;
    if (open == null) {
      throw new DosqlException(
          ErrorCode.INVALID_REQUEST,
          "The stream is not open: opening it failed, or it was closed.");
    }
    return open.stream();
  }

  /** The stream, for a request that no cursor may stand in the way of. */
  HranaStream freeStream() {
    if (cursor != null) {
      throw new DosqlException(
          ErrorCode.INVALID_REQUEST,
          "The cursor %d is open on the stream: close it first.".formatted(cursorId));
    }
    return stream();
  }

  void openCursor(int id, CursorRun run) {
    cursor = run;
    cursorId = id;
  }

  CursorRun cursor(int id) {
    CursorRun open = cursor;
    if (open == null || cursorId != id) {
      throw new DosqlException(
          ErrorCode.INVALID_REQUEST, "The cursor %d is not open.".formatted(id));
    }
    return open;
  }

  void closeCursor() {
    CursorRun open = cursor;
    cursor = null;
    if (open != null) {
      open.close();
    }
  }

  /** Has what runs end soon; from any thread. */
  void cancel() {
    HranaStreams.Lease open = lease;
    if (open != null) {
      open.stream().session().cancel();
    }
  }

  /** Takes the lease out, to be discarded; null if there is none. */
  HranaStreams.@Nullable Lease end() {
    try {
      closeCursor();
    } finally {
      cursorId = 0;
    }
    HranaStreams.Lease open = lease;
    lease = null;
    return open;
  }
}
