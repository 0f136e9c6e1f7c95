package io.dosql.engine.hrana;

import java.nio.ByteBuffer;

/** Where a cursor's answer goes over HTTP. */
@FunctionalInterface
public interface CursorOutput {

  /** Begins the answer; at most once. */
  Body begin();

  /** An answer on its way. */
  interface Body {

    /** Sends a chunk when the client has room for it; false if the client is gone, or too slow. */
    boolean write(ByteBuffer chunk);

    /** Ends the answer in order. */
    void end();

    /** Ends the connection instead. */
    void breakOff();
  }
}
