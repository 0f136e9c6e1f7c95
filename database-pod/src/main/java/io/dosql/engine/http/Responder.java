package io.dosql.engine.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;

/** Answers a request piece by piece. */
@FunctionalInterface
interface Responder {

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

    /** Ends the body in order. */
    void end();

    /** Ends the connection instead, so that the client does not take the body for complete. */
    void breakOff();
  }
}
