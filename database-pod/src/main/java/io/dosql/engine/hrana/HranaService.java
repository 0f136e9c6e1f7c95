package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.memory.BufferBudget;
import io.dosql.engine.session.Client;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.RequestTimeouts;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.Sessions;
import io.dosql.engine.session.SqlStatement;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers pipeline requests. Thread safe; calls block while their statements run, so call from
 * virtual threads. Whoever makes it closes it.
 */
public final class HranaService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HranaService.class);
  private static final int SWEEPS_PER_IDLE_TIME = 10;
  private static final ThreadFactory SOCKET_THREADS =
      Thread.ofVirtual().name("hrana-socket-", 0).factory();

  private final HranaStreams streams;
  private final HranaLimits limits;
  private final BufferBudget results;
  private final Map<Encoding, RequestReader> readers = new EnumMap<>(Encoding.class);
  private final ScheduledExecutorService sweeper;

  /**
   * Starts a thread that closes idle streams.
   *
   * @param options what each stream's session may do, but for {@code mayWrite}, which the token of
   *     the request decides
   * @param results what the results of all requests may take together
   * @param nanoTime a clock that only goes forward
   */
  public HranaService(
      Sessions sessions,
      SessionOptions options,
      HranaLimits limits,
      BufferBudget results,
      LongSupplier nanoTime) {
    this.streams = new HranaStreams(sessions, options, limits, nanoTime);
    this.limits = limits;
    this.results = results;
    for (Encoding encoding : Encoding.values()) {
      readers.put(encoding, encoding.reader(limits));
    }
    this.sweeper =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("hrana-stream-expiry").daemon().factory());
    long periodNanos = Math.max(1, limits.streamIdle().toNanos() / SWEEPS_PER_IDLE_TIME);
    var _ =
        sweeper.scheduleWithFixedDelay(
            this::closeIdleStreams, periodNanos, periodNanos, TimeUnit.NANOSECONDS);
  }

  /**
   * Runs a pipeline. On return all that the answer shows is as durable as the level says.
   *
   * @param owner tenant and rights of the request
   * @param timeouts count for the whole life of a stream that this request opens
   * @param body as the client sent it
   * @param client who waits for it; when it goes, the stream is closed: nobody else has its baton
   * @return the answer in the same encoding, results of failed requests included
   * @throws DosqlException if the pipeline as a whole cannot be run: it is malformed, its stream is
   *     not there, its tenant's name is bad, or the log cannot make it durable
   */
  public HranaAnswer pipeline(
      StreamOwner owner,
      RequestTimeouts timeouts,
      Encoding encoding,
      byte[] body,
      Durability level,
      Client client) {
    Pipeline pipeline = reader(encoding).pipeline(body);
    String baton = pipeline.baton();
    HranaStreams.Lease lease =
        baton == null ? streams.open(owner, timeouts) : streams.resume(baton, owner);
    BufferBudget.Reservation memory = results.reserve(0);
    boolean isAnswered = false;
    boolean goesOn = false;
    try (var _ = client.whenGone(lease.stream().session()::cancel)) {
      HranaWriter writer = encoding.writer();
      writer.beginPipeline();
      new PipelineRun(lease.stream(), writer, new ResultBudget(limits, memory))
          .run(pipeline.requests());
      lease.stream().session().settle(level);
      goesOn = !lease.stream().isClosed();
      writer.endPipeline(goesOn ? streams.release(lease) : null);
      isAnswered = true;
      return new HranaAnswer(writer.toBuffer(), memory);
    } finally {
      if (!goesOn) {
        streams.discard(lease);
      }
      if (!isAnswered) {
        memory.close();
      }
    }
  }

  /**
   * Runs a batch and sends its entries as they come, as the client takes them. All that has left is
   * as durable as the level says.
   *
   * @param output begun when the first entries are there
   * @throws DosqlException if the batch cannot be run at all, and nothing has been sent
   */
  public void cursor(
      StreamOwner owner,
      RequestTimeouts timeouts,
      Encoding encoding,
      byte[] body,
      Durability level,
      Client client,
      CursorOutput output) {
    CursorRequest request = reader(encoding).cursor(body);
    String baton = request.baton();
    HranaStreams.Lease lease =
        baton == null ? streams.open(owner, timeouts) : streams.resume(baton, owner);
    boolean done = false;
    try (var _ = client.whenGone(lease.stream().session()::cancel);
        CursorRun run = run(lease.stream(), encoding, request.steps())) {
      done = new CursorSending(streams, lease, owner, encoding, level, run).send(output);
    } finally {
      if (!done) {
        streams.discard(lease);
      }
    }
  }

  private CursorRun run(HranaStream stream, Encoding encoding, List<StreamRequest.Step> steps) {
    long deadline = System.nanoTime() + limits.cursorTimeout().toNanos();
    return new CursorRun(
        stream, encoding, limits, results.reserveLater(limits.chunkBytes()), steps, deadline);
  }

  /**
   * Hrana 1 over HTTP: runs one statement on a stream of its own. On return all that the answer
   * shows is as durable as the level says.
   *
   * @return the answer's JSON
   * @throws DosqlException if the request is malformed, or its statement fails
   */
  public HranaAnswer executeOnce(
      StreamOwner owner, RequestTimeouts timeouts, byte[] body, Durability level, Client client) {
    return once(owner, timeouts, new JsonRequests(limits).execute(body), level, client);
  }

  /** The same for a batch, whose steps may fail without failing it. */
  public HranaAnswer batchOnce(
      StreamOwner owner, RequestTimeouts timeouts, byte[] body, Durability level, Client client) {
    return once(owner, timeouts, new JsonRequests(limits).batch(body), level, client);
  }

  /**
   * What libSQL's servers spoke before Hrana, and the JDBC driver still does: statements one after
   * the other, on a stream of their own, up to the first that fails; what is open then is rolled
   * back.
   *
   * @return the answer's JSON: an array of results and errors
   * @throws DosqlException if the request is malformed
   */
  public HranaAnswer statements(
      StreamOwner owner, RequestTimeouts timeouts, byte[] body, Durability level, Client client) {
    List<SqlStatement> statements = new StatementsReader(limits).read(body);
    return alone(
        owner,
        timeouts,
        level,
        client,
        (stream, budget) -> {
          JsonWriter json = new JsonWriter();
          new StatementsRun(stream.session(), json, budget).run(statements);
          return json.toBuffer();
        });
  }

  private HranaAnswer once(
      StreamOwner owner,
      RequestTimeouts timeouts,
      StreamRequest request,
      Durability level,
      Client client) {
    return alone(
        owner,
        timeouts,
        level,
        client,
        (stream, budget) -> {
          JsonHranaWriter writer = new JsonHranaWriter();
          writer.json().beginObject().name("result");
          new RequestRun(stream, writer, budget).answer(request);
          writer.json().endObject();
          return writer.toBuffer();
        });
  }

  /** What {@code work} answers on a stream of its own, when that is as durable as it must be. */
  private HranaAnswer alone(
      StreamOwner owner,
      RequestTimeouts timeouts,
      Durability level,
      Client client,
      BiFunction<HranaStream, ResultBudget, ByteBuffer> work) {
    HranaStreams.Lease lease = streams.open(owner, timeouts);
    BufferBudget.Reservation memory = results.reserve(0);
    boolean isAnswered = false;
    try (var _ = client.whenGone(lease.stream().session()::cancel)) {
      ResultBudget budget = new ResultBudget(limits, memory);
      ByteBuffer answer =
          lease.stream().session().settled(level, () -> work.apply(lease.stream(), budget));
      isAnswered = true;
      return new HranaAnswer(answer, memory);
    } finally {
      streams.discard(lease);
      if (!isAnswered) {
        memory.close();
      }
    }
  }

  /**
   * Hrana over a WebSocket that {@code peer} has opened; whoever has it tells when it has ended.
   *
   * @param timeouts count for each stream of the connection
   * @param keepsOrder whether answers come in the order of requests, also those of several streams
   */
  public HranaSocket socket(
      Encoding encoding,
      boolean keepsOrder,
      SocketPeer peer,
      Durability level,
      RequestTimeouts timeouts) {
    return new HranaSocket(
        streams, limits, results, encoding, keepsOrder, peer, level, timeouts, SOCKET_THREADS);
  }

  private RequestReader reader(Encoding encoding) {
    return Objects.requireNonNull(readers.get(encoding));
  }

  /** The fields of Hrana's {@code Error} object, for a failure of the pipeline as a whole. */
  public static void writeErrorFields(JsonWriter json, DosqlException failure) {
    JsonHranaWriter.writeErrorFields(json, failure);
  }

  /** Streams that are open now. */
  public int openStreams() {
    return streams.size();
  }

  /** Closes idle streams at once, the others when their request ends; opens no more. */
  @Override
  public void close() {
    sweeper.shutdownNow();
    streams.shutDown();
  }

  private void closeIdleStreams() {
    try {
      streams.closeIdle();
    } catch (RuntimeException failure) {
      // Thrown on, it would end all further sweeps.
      LOG.error("Could not close idle streams", failure);
    }
  }
}
