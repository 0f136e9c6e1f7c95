package io.dosql.engine.http;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An answer's bytes, and what is to be closed when the socket has taken them. */
final class HeldBuffer extends UnpooledHeapByteBuf {

  private static final Logger LOG = LoggerFactory.getLogger(HeldBuffer.class);

  private final AutoCloseable held;

  /** Takes over the array behind {@code bytes}, which begin at its start. */
  HeldBuffer(ByteBuffer bytes, AutoCloseable held) {
    super(UnpooledByteBufAllocator.DEFAULT, bytes.array(), bytes.array().length);
    this.held = held;
    int first = bytes.arrayOffset();
    setIndex(first + bytes.position(), first + bytes.limit());
  }

  @Override
  protected void deallocate() {
    super.deallocate();
    try {
      held.close();
    } catch (Exception failure) {
      LOG.error("What an answer held could not be given back", failure);
    }
  }
}
