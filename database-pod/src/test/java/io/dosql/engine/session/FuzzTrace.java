package io.dosql.engine.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps what is tried just now in a mapped file, where it is found also when the JVM dies of it.
 */
public final class FuzzTrace {

  private static final int SIZE_BYTES = 1 << 20;

  private final MappedByteBuffer memory;
  private final long seed;

  /** {@code target/fuzz/NAME.txt} of the module. */
  public FuzzTrace(String name, long seed) throws IOException {
    this.seed = seed;
    Path folder = Files.createDirectories(Path.of("target", "fuzz"));
    try (FileChannel file =
        FileChannel.open(
            folder.resolve(name + ".txt"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      memory = file.map(FileChannel.MapMode.READ_WRITE, 0, SIZE_BYTES);
    }
  }

  /** What comes next. */
  public void next(long count, String what) {
    byte[] text =
        "seed %d, number %d:%n%s%n".formatted(seed, count, what).getBytes(StandardCharsets.UTF_8);
    ByteBuffer target = memory.duplicate();
    target.put(text, 0, Math.min(text.length, SIZE_BYTES - 1)).put((byte) 0);
  }
}
