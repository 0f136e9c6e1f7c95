package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.Sessions;
import io.dosql.engine.session.SqlSession;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A tenant as SQL text, from one snapshot, for {@code sqlite3} and its like. */
final class DumpEndpoint {

  private static final Logger LOG = LoggerFactory.getLogger(DumpEndpoint.class);
  private static final String MEDIA_TYPE = "application/sql; charset=utf-8";

  private final Sessions sessions;
  private final SessionOptions options;
  private final StreamLimits streams;

  DumpEndpoint(Sessions sessions, SessionOptions options, StreamLimits streams) {
    this.sessions = sessions;
    this.options =
        new SessionOptions(
            false,
            options.statementTimeout(),
            options.lockTimeout(),
            streams.maxStreamTime(),
            options.durability());
    this.streams = streams;
  }

  /** {@code GET …/dump}. */
  Reply dump(Exchange exchange) {
    Call call = exchange.call();
    Durability level = DurabilityHeader.requested(call, options.durability());
    try (SqlSession session = sessions.open(exchange.variable(), options);
        var _ = call.client().whenGone(session::cancel)) {
      Sending sending = new Sending(call, session, level);
      boolean ended = false;
      try {
        boolean _ =
            session.settled(
                level,
                () -> {
                  new SqlDump(session, streams.chunkBytes(), sending).write();
                  return true;
                });
        sending.end();
        ended = true;
      } catch (ClientIsGoneException gone) {
        // Then nobody wants the rest.
      } catch (DosqlException failure) {
        if (!sending.hasBegun()) {
          throw failure;
        }
        LOG.warn("A dump was broken off: {}", failure.getMessage());
      } finally {
        if (!ended) {
          sending.breakOff();
        }
      }
      return Reply.STREAMED;
    }
  }

  private static final class ClientIsGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ClientIsGoneException() {
      super("the client is gone", null, false, false);
    }
  }

  /** The answer; begun by its first chunk. */
  private final class Sending implements Consumer<ByteBuffer> {
    private final Call call;
    private final SqlSession session;
    private final Durability level;
    private Responder.@Nullable Body body;

    private Sending(Call call, SqlSession session, Durability level) {
      this.call = call;
      this.session = session;
      this.level = level;
    }

    private boolean hasBegun() {
      return body != null;
    }

    @Override
    public void accept(ByteBuffer chunk) {
      // What the snapshot holds must be durable before any of it leaves.
      session.settle(level);
      Responder.Body now = body;
      if (now == null) {
        now = call.responder().begin(MEDIA_TYPE, Map.of(DurabilityHeader.NAME, level.text()));
        body = now;
      }
      if (!now.write(chunk, streams.clientTimeout())) {
        throw new ClientIsGoneException();
      }
    }

    private void end() {
      if (body != null) {
        body.end();
      }
    }

    private void breakOff() {
      if (body != null) {
        body.breakOff();
      }
    }
  }
}
