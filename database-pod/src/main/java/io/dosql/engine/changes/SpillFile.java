package io.dosql.engine.changes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * What does not fit into memory. Never synced and read by nobody else: after a crash it means
 * nothing, and is overwritten at the next use.
 */
final class SpillFile {

  private final Path file;
  private @Nullable FileChannel channel;

  SpillFile(Path file) {
    this.file = file;
  }

  void write(long position, byte[] bytes, int length) throws IOException {
    ByteBuffer source = ByteBuffer.wrap(bytes, 0, length);
    FileChannel target = open();
    while (source.hasRemaining()) {
      int _ = target.write(source, position + source.position());
    }
  }

  void read(long position, byte[] target, int at, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(target, at, length);
    FileChannel source = open();
    long next = position;
    while (bytes.hasRemaining()) {
      int read = source.read(bytes, next);
      if (read < 0) {
        throw new IOException("%s ends at %d, before what was written".formatted(file, next));
      }
      next += read;
    }
  }

  /** Gives the space back. */
  void delete() throws IOException {
    FileChannel closing = channel;
    if (closing != null) {
      channel = null;
      closing.close();
    }
  }

  private FileChannel open() throws IOException {
    FileChannel current = channel;
    if (current == null) {
      current =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      channel = current;
    }
    return current;
  }
}
