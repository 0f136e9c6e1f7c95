package io.dosql.engine.log;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import net.jpountz.lz4.LZ4Factory;

/**
 * As many encoders as there are processors, since their work is computing; each keeps the memory of
 * the largest part that it has seen. Who finds none waits for one, never for I/O. Thread safe.
 */
final class EncoderPool {

  private final BlockingQueue<PartEncoder> idle;

  EncoderPool(LZ4Factory lz4, int encoders) {
    this.idle = new ArrayBlockingQueue<>(encoders);
    for (int i = 0; i < encoders; i++) {
      idle.add(new PartEncoder(lz4.fastCompressor()));
    }
  }

  PartEncoder take() throws InterruptedException {
    return idle.take();
  }

  void giveBack(PartEncoder encoder) {
    idle.add(encoder);
  }
}
