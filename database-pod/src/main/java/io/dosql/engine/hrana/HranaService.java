package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.json.JsonWriter;
import io.dosql.engine.session.Client;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.RequestTimeouts;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.Sessions;
import java.nio.ByteBuffer;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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

  private final HranaStreams streams;
  private final HranaLimits limits;
  private final PipelineReader reader;
  private final ScheduledExecutorService sweeper;

  /**
   * Starts a thread that closes idle streams.
   *
   * @param options what each stream's session may do, but for {@code mayWrite}, which the token of
   *     the request decides
   * @param nanoTime a clock that only goes forward
   */
  public HranaService(
      Sessions sessions, SessionOptions options, HranaLimits limits, LongSupplier nanoTime) {
    this.streams = new HranaStreams(sessions, options, limits, nanoTime);
    this.limits = limits;
    this.reader = new PipelineReader(limits);
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
   * @param body JSON as the client sent it
   * @param client who waits for it; when it goes, the stream is closed: nobody else has its baton
   * @return the answer's JSON, results of failed requests included
   * @throws DosqlException if the pipeline as a whole cannot be run: it is malformed, its stream is
   *     not there, its tenant's name is bad, or the log cannot make it durable
   */
  public ByteBuffer pipeline(StreamOwner owner, byte[] body, Durability level, Client client) {
    return pipeline(owner, RequestTimeouts.USUAL, body, level, client);
  }

  /**
   * The same for a client that asks for other times than the usual ones.
   *
   * @param timeouts count for the whole life of a stream that this request opens
   */
  public ByteBuffer pipeline(
      StreamOwner owner, RequestTimeouts timeouts, byte[] body, Durability level, Client client) {
    Pipeline pipeline = reader.read(body);
    String baton = pipeline.baton();
    HranaStreams.Lease lease =
        baton == null ? streams.open(owner, timeouts) : streams.resume(baton, owner);
    boolean done = false;
    try (var _ = client.whenGone(lease.stream().session()::cancel)) {
      JsonWriter json = new JsonWriter();
      json.beginObject().name("results");
      new PipelineRun(lease.stream(), json, limits).run(pipeline.requests());
      lease.stream().session().settle(level);
      done = !lease.stream().isClosed();
      json.name("baton").value(done ? streams.release(lease) : null);
      return json.name("base_url").nullValue().endObject().toBuffer();
    } finally {
      if (!done) {
        streams.discard(lease);
      }
    }
  }

  /** The fields of Hrana's {@code Error} object, for a failure of the pipeline as a whole. */
  public static void writeErrorFields(JsonWriter json, DosqlException failure) {
    PipelineRun.writeErrorFields(json, failure);
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
