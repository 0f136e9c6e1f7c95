package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers a request piece by piece. */
@FunctionalInterface
interface Responder {

  Logger LOG = LoggerFactory.getLogger(Responder.class);

  /**
   * Sends the answer's head with status 200 and begins its body. At most once; who has begun so
   * returns {@link Reply#STREAMED}.
   */
  Body begin(String mediaType, Map<String, String> headers);

  /** A body on its way out. Used by one thread; it waits for the client, not for more memory. */
  interface Body {

    /**
     * Sends a chunk when the client has room for it; the bytes are not copied.
     *
     * @return false if the client is gone; then nothing needs to be written any more
     * @throws io.dosql.engine.error.DosqlException TIMEOUT if it has no room in time
     */
    boolean write(ByteBuffer chunk, Duration timeout);

    /**
     * As {@link #write}, where there is no way to tell a client that it is too slow: it counts as
     * gone, and the log says so.
     */
    default boolean offer(ByteBuffer chunk, Duration timeout) {
      try {
        return write(chunk, timeout);
      } catch (DosqlException slow) {
        LOG.warn("A streamed answer was broken off: {}", slow.getMessage());
        return false;
      }
    }

    /** Ends the body in order. */
    void end();

    /** Ends the connection instead, so that the client does not take the body for complete. */
    void breakOff();
  }
}
