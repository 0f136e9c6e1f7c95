package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.memory.BufferBudget;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.RequestTimeouts;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Hrana over one WebSocket: its messages in, its answers out, streams and stored SQL in between.
 * Messages are understood one after the other; the requests of a stream run in their order, those
 * of different streams beside each other. An answer leaves when all that it shows is as durable as
 * the connection's level says. {@link #receive} and {@link #gone} do not block; what runs does so
 * on virtual threads.
 */
public final class HranaSocket {

  /** Codes of RFC 6455, section 7.4.1, and from 4000 on our own. */
  private static final int PROTOCOL_ERROR = 1002;

  private static final int INVALID_DATA = 1007;
  private static final int POLICY_VIOLATION = 1008;
  private static final int UNAUTHORISED = 4001;

  /** Numbers of streams in use, for each that may be open: openings that failed use theirs, too. */
  private static final int NUMBERS_PER_STREAM = 4;

  private static final String BEFORE_HELLO = "a request came before hello";

  private static final Logger LOG = LoggerFactory.getLogger(HranaSocket.class);

  private final HranaStreams streams;
  private final HranaLimits limits;
  private final BufferBudget results;
  private final Encoding encoding;
  private final RequestReader reader;
  private final SocketPeer peer;
  private final Durability level;
  private final RequestTimeouts timeouts;
  private final ThreadFactory threads;
  private final SerialQueue<Received> inbox;
  private final StoredSql storedSql;
  private final AnswerOrder answers;

  private final Map<Integer, SocketStream> byNumber = new ConcurrentHashMap<>();

  /** Streams whose close waits for what they do. */
  private final Set<SocketStream> ending = ConcurrentHashMap.newKeySet();

  private volatile @Nullable String jwt;

  // On the inbox's thread.
  private final Map<Integer, SocketStream> cursors = new HashMap<>();
  private volatile boolean isKnown;

  private volatile boolean isOver;

  /** A message that waits to be understood; null when there will be no more. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Received(byte @Nullable [] message, long nanos) {}

  /** A message that a client who keeps to the protocol does not send. */
  private static final class ViolationException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int code;

    private ViolationException(int code, String reason) {
      super(reason, null, false, false);
      this.code = code;
    }
  }

  HranaSocket(
      HranaStreams streams,
      HranaLimits limits,
      BufferBudget results,
      Encoding encoding,
      boolean keepsOrder,
      SocketPeer peer,
      Durability level,
      RequestTimeouts timeouts,
      ThreadFactory threads) {
    this.streams = streams;
    this.limits = limits;
    this.results = results;
    this.encoding = encoding;
    this.reader = encoding.reader(limits);
    this.peer = peer;
    this.level = level;
    this.timeouts = timeouts;
    this.threads = saying(peer.logFields(), threads);
    this.inbox = new SerialQueue<>(this.threads, this::understand);
    this.storedSql = new StoredSql(limits);
    this.answers = new AnswerOrder(peer, keepsOrder);
  }

  /** Threads whose log lines say more. */
  private static ThreadFactory saying(Map<String, String> fields, ThreadFactory threads) {
    return task ->
        threads.newThread(
            () -> {
              fields.forEach(MDC::put);
              task.run();
            });
  }

  /** Takes a whole message; each is answered once, unless the connection ends before. */
  public void receive(byte[] message) {
    inbox.add(new Received(message, System.nanoTime()));
  }

  /** The connection has ended: what runs is cancelled, what is open rolled back. Idempotent. */
  public void gone() {
    isOver = true;
    // Before what is cancelled is answered, which would let go answers that waited for it.
    answers.end();
    byNumber.values().forEach(SocketStream::cancel);
    ending.forEach(SocketStream::cancel);
    // Behind what is being understood, so that no stream is opened after it.
    inbox.add(new Received(null, 0));
  }

  /** Ends the connection if its client's token is not good any more; does not block. */
  public void checkToken() {
    if (isKnown && !isOver) {
      threads
          .newThread(
              () -> {
                try {
                  StreamOwner _ = peer.authenticate(jwt);
                } catch (DosqlException notAnyMore) {
                  peer.close(UNAUTHORISED, notAnyMore.getMessage());
                }
              })
          .start();
    }
  }

  // ---- On the inbox's thread

  private void understand(Received received) {
    byte[] message = received.message();
    if (isOver || message == null) {
      endAll();
      return;
    }
    AnswerOrder.Place place = answers.take(received.nanos(), message.length);
    try {
      switch (reader.message(message)) {
        case ClientMessage.Hello hello -> greet(place, hello);
        case ClientMessage.Request request ->
            route(new SocketStream.Job(place, request.id(), request.request()));
      }
    } catch (MalformedRequestException malformed) {
      refuse(place, malformed);
    } catch (DosqlException malformed) {
      end(INVALID_DATA, malformed.getMessage());
    } catch (ViolationException violation) {
      end(violation.code, String.valueOf(violation.getMessage()));
    }
  }

  private void refuse(AnswerOrder.Place place, MalformedRequestException malformed) {
    if (!isKnown) {
      end(PROTOCOL_ERROR, BEFORE_HELLO);
      return;
    }
    try {
      MalformedRequestException.Cursor cursor = malformed.cursor();
      if (cursor != null) {
        SocketStream _ = useCursorNumber(cursor.streamId(), cursor.cursorId());
      }
      fail(place, malformed.requestId(), malformed.reason());
    } catch (ViolationException violation) {
      end(violation.code, String.valueOf(violation.getMessage()));
    }
  }

  private void end(int code, String reason) {
    isOver = true;
    peer.close(code, reason);
    endAll();
  }

  private void endAll() {
    answers.end();
    cursors.clear();
    byNumber
        .values()
        .forEach(
            stream -> {
              stream.cancel();
              stream.add(
                  new SocketStream.Job(
                      AnswerOrder.Place.NONE, 0, new SocketRequest.CloseStream(0)));
            });
    byNumber.clear();
  }

  private void greet(AnswerOrder.Place place, ClientMessage.Hello hello) {
    HranaWriter writer = encoding.writer();
    try {
      StreamOwner _ = peer.authenticate(hello.jwt());
      jwt = hello.jwt();
      isKnown = true;
      writer.helloOk();
      answers.answer(place, writer.toBuffer(), "OK");
    } catch (DosqlException refused) {
      writer.helloError(refused);
      answers.answer(place, writer.toBuffer(), refused.code().name());
      end(UNAUTHORISED, refused.getMessage());
    }
  }

  private void route(SocketStream.Job job) {
    if (!isKnown) {
      throw new ViolationException(PROTOCOL_ERROR, BEFORE_HELLO);
    }
    try {
      switch (job.request()) {
        case SocketRequest.OpenStream open -> openStream(job, open);
        case SocketRequest.CloseStream close -> {
          SocketStream stream = stream(close.streamId());
          cursors.values().removeIf(stream::equals);
          ending.add(stream);
          // Its number is free when its client has the answer, which it must wait for.
          byNumber.remove(close.streamId());
          if (isOver) {
            stream.cancel();
          }
          stream.add(job);
        }
        case SocketRequest.OnStream on ->
            stream(on.streamId())
                .add(
                    job.asking(
                        new SocketRequest.OnStream(
                            on.streamId(), on.request().withSqlOf(storedSql))));
        case SocketRequest.OpenCursor open -> openCursor(job, open);
        case SocketRequest.FetchCursor fetch -> cursor(fetch.cursorId()).add(job);
        case SocketRequest.CloseCursor close -> {
          SocketStream stream = cursor(close.cursorId());
          cursors.remove(close.cursorId());
          stream.add(job);
        }
        case SocketRequest.StoreSql store -> {
          if (storedSql.has(store.id())) {
            throw new ViolationException(
                PROTOCOL_ERROR, "SQL is stored already under the sql_id " + store.id());
          }
          storedSql.store(store.id(), store.sql());
          succeed(job);
        }
        case SocketRequest.CloseSql close -> {
          storedSql.forget(close.id());
          succeed(job);
        }
      }
    } catch (DosqlException failure) {
      fail(job.place(), job.requestId(), failure);
    }
  }

  private void openStream(SocketStream.Job job, SocketRequest.OpenStream open) {
    if (byNumber.containsKey(open.streamId())) {
      throw new ViolationException(
          PROTOCOL_ERROR, "the stream_id %d is in use".formatted(open.streamId()));
    }
    if (byNumber.size() >= NUMBERS_PER_STREAM * limits.maxStreamsPerConnection()) {
      throw new ViolationException(
          POLICY_VIOLATION,
          "far more than %d streams (maxStreamsPerConnection)"
              .formatted(limits.maxStreamsPerConnection()));
    }
    SocketStream stream = new SocketStream(threads, this::handle);
    byNumber.put(open.streamId(), stream);
    if (byNumber.size() > limits.maxStreamsPerConnection()) {
      throw new DosqlException(
          ErrorCode.RESOURCE_EXHAUSTED,
          "All %d streams of the connection are open (maxStreamsPerConnection)."
              .formatted(limits.maxStreamsPerConnection()));
    }
    // The token may have expired since the hello.
    stream.admit(peer.authenticate(jwt));
    stream.add(job);
  }

  private void openCursor(SocketStream.Job job, SocketRequest.OpenCursor open) {
    SocketStream stream = useCursorNumber(open.streamId(), open.cursorId());
    stream.add(
        job.asking(
            new SocketRequest.OpenCursor(
                open.streamId(),
                open.cursorId(),
                open.steps().stream().map(step -> step.withSqlOf(storedSql)).toList())));
  }

  /** From here on the number is used, whether the cursor can be opened or not. */
  private SocketStream useCursorNumber(int streamId, int cursorId) {
    if (cursors.containsKey(cursorId)) {
      throw new ViolationException(
          PROTOCOL_ERROR, "the cursor_id %d is in use".formatted(cursorId));
    }
    SocketStream stream = stream(streamId);
    if (cursors.size() >= NUMBERS_PER_STREAM * limits.maxStreamsPerConnection()) {
      throw new ViolationException(POLICY_VIOLATION, "far more cursors than streams");
    }
    cursors.put(cursorId, stream);
    return stream;
  }

  private SocketStream stream(int number) {
    SocketStream stream = byNumber.get(number);
    if (stream == null) {
      throw new ViolationException(
          PROTOCOL_ERROR, "the stream_id %d was not opened".formatted(number));
    }
    return stream;
  }

  private SocketStream cursor(int number) {
    SocketStream stream = cursors.get(number);
    if (stream == null) {
      throw new ViolationException(
          PROTOCOL_ERROR, "the cursor_id %d was not opened".formatted(number));
    }
    return stream;
  }

  private void succeed(SocketStream.Job job) {
    HranaWriter writer = encoding.writer();
    writer.beginResponse(job.requestId(), job.request().kind());
    writer.endResponse();
    answers.answer(job.place(), writer.toBuffer(), "OK");
  }

  private void fail(AnswerOrder.Place place, int requestId, DosqlException failure) {
    HranaWriter writer = encoding.writer();
    writer.responseError(requestId, failure);
    answers.answer(place, writer.toBuffer(), failure.code().name());
  }

  // ---- On a stream's thread

  private void handle(SocketStream stream, SocketStream.Job job) {
    SocketRequest request = job.request();
    if (request instanceof SocketRequest.CloseStream) {
      discard(stream);
      ending.remove(stream);
      if (!isOver) {
        succeed(job);
      }
      return;
    }
    if (isOver) {
      return;
    }
    HranaWriter writer = encoding.writer();
    Work work = new Work(writer);
    boolean isAnswered = false;
    try (var _ = peer.enter()) {
      writer.beginResponse(job.requestId(), request.kind());
      run(stream, request, work);
      writer.endResponse();
      isAnswered = true;
    } catch (DosqlException failure) {
      fail(job.place(), job.requestId(), failure);
    } catch (RuntimeException | StackOverflowError bug) {
      LOG.error("A request failed inside", bug);
      fail(
          job.place(),
          job.requestId(),
          new DosqlException(ErrorCode.INTERNAL, "The request failed inside the pod."));
    } finally {
      if (!isAnswered) {
        work.memory.close();
      }
    }
    if (isAnswered) {
      answers.answer(job.place(), writer.toBuffer(), "OK", work.memory::close);
    }
  }

  /** The answer to one request in the making. */
  private final class Work {
    private final HranaWriter writer;
    private final BufferBudget.Reservation memory = results.reserve(0);

    private Work(HranaWriter writer) {
      this.writer = writer;
    }
  }

  private void run(SocketStream stream, SocketRequest request, Work work) {
    switch (request) {
      case SocketRequest.OpenStream open ->
          stream.opened(streams.open(stream.owner(), timeouts, storedSql));
      case SocketRequest.OnStream on -> {
        HranaStream open = stream.freeStream();
        try {
          new RequestRun(open, work.writer, new ResultBudget(limits, work.memory))
              .answer(on.request());
        } finally {
          // That it failed tells of what it has seen, too.
          settle(stream, open);
        }
      }
      case SocketRequest.OpenCursor open ->
          stream.openCursor(
              open.cursorId(),
              new CursorRun(
                  stream.freeStream(),
                  encoding,
                  limits,
                  results.reserve(0),
                  open.steps(),
                  System.nanoTime() + limits.cursorTimeout().toNanos()));
      case SocketRequest.FetchCursor fetch -> fetch(stream, fetch, work);
      case SocketRequest.CloseCursor close -> {
        // One that could not be opened is closed, too, and so may be that of another.
        stream.closeCursor();
      }
      case SocketRequest.CloseStream _, SocketRequest.StoreSql _, SocketRequest.CloseSql _ ->
          throw new IllegalStateException("not for a stream: " + request.kind());
    }
  }

  private void fetch(SocketStream stream, SocketRequest.FetchCursor fetch, Work work) {
    CursorRun cursor = stream.cursor(fetch.cursorId());
    HranaWriter writer = work.writer;
    writer.beginEntries();
    boolean isDone =
        cursor.fill(
            new CursorRun.Target() {
              @Override
              public void entry(HranaWriter source, int from, int to) {
                writer.entry(source, from, to);
              }

              @Override
              public int size() {
                return writer.size();
              }
            },
            fetch.maxCount());
    writer.endEntries(isDone);
    try {
      work.memory.requireBuffer(writer.size());
    } catch (DosqlException full) {
      // What was taken of the cursor cannot be asked for again.
      stream.closeCursor();
      throw full;
    }
    settle(stream, stream.stream());
  }

  /** A session whose commits cannot be made durable is of no use any more. */
  private void settle(SocketStream stream, HranaStream open) {
    try {
      open.session().settle(level);
    } catch (DosqlException lost) {
      discard(stream);
      throw lost;
    }
  }

  private void discard(SocketStream stream) {
    HranaStreams.Lease lease = stream.end();
    if (lease != null) {
      streams.discard(lease);
    }
  }
}
