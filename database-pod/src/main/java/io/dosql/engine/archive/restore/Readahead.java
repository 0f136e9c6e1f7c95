package io.dosql.engine.archive.restore;

import io.dosql.engine.error.DosqlException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads an object ahead on a thread of its own, so that what is applied first does not wait for
 * what follows. Bounded: {@link #CHUNKS} chunks of {@link #CHUNK_BYTES}. Reading waits for the
 * other thread; closing ends it. One reader.
 */
final class Readahead extends InputStream {

  static final int CHUNK_BYTES = 128 << 10;
  static final int CHUNKS = 8;

  /** Opens what is read, on the other thread. */
  @FunctionalInterface
  interface Source {
    InputStream open() throws IOException;
  }

  /** What the other thread hands over: bytes, the end, or why it failed. */
  private sealed interface Chunk {
    record Bytes(ByteBuffer bytes) implements Chunk {}

    record End() implements Chunk {}

    record Failed(Throwable cause) implements Chunk {}
  }

  private final BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(CHUNKS);
  private final Thread reader;
  private ByteBuffer current = ByteBuffer.allocate(0);
  private @Nullable Chunk last;

  Readahead(String name, Source source) {
    this.reader = Thread.ofVirtual().name("readahead-" + name).start(() -> read(source));
  }

  private void read(Source source) {
    try {
      Chunk end;
      try (InputStream in = source.open()) {
        byte[] bytes = in.readNBytes(CHUNK_BYTES);
        while (bytes.length > 0) {
          chunks.put(new Chunk.Bytes(ByteBuffer.wrap(bytes)));
          bytes = in.readNBytes(CHUNK_BYTES);
        }
        end = new Chunk.End();
      } catch (Throwable failure) {
        // Whoever reads must hear of it, whatever it is, or would wait for ever.
        end = new Chunk.Failed(failure);
      }
      chunks.put(end);
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!current.hasRemaining()) {
      if (!advance()) {
        return -1;
      }
    }
    int count = Math.min(length, current.remaining());
    current.get(bytes, offset, count);
    return count;
  }

  private boolean advance() throws IOException {
    Chunk chunk = last == null ? take() : last;
    return switch (chunk) {
      case Chunk.Bytes read -> {
        current = read.bytes();
        yield true;
      }
      case Chunk.End end -> {
        last = end;
        yield false;
      }
      case Chunk.Failed failed -> {
        last = failed;
        if (failed.cause() instanceof DosqlException told) {
          throw told;
        }
        throw new IOException(failed.cause().getMessage(), failed.cause());
      }
    };
  }

  private Chunk take() throws IOException {
    try {
      return chunks.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading ahead", e);
    }
  }

  @Override
  public void close() {
    reader.interrupt();
    current = ByteBuffer.allocate(0);
    last = new Chunk.End();
  }
}
