package io.dosql.quickstart.runner;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The output of a pod in a file of bounded size: when it is full it becomes {@code FILE.1}, whose
 * predecessor goes. Used by one thread at a time; {@link #tail} by any.
 */
final class BoundedLog {

  static final long BYTES_MAX = 8L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(BoundedLog.class);
  private static final int BUFFER_BYTES = 8192;

  private final Path file;
  private final long bytesMax;

  BoundedLog(Path file, long bytesMax) {
    this.file = file;
    this.bytesMax = bytesMax;
  }

  /**
   * Copies until the input ends. When the file cannot be written, the rest is thrown away: a
   * process must never wait for a reader of its output.
   */
  void copy(InputStream input) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    boolean writable = true;
    for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
      if (writable) {
        writable = write(buffer, count);
      }
    }
  }

  private boolean write(byte[] bytes, int count) {
    try {
      if (Files.exists(file) && Files.size(file) + count > bytesMax) {
        Files.move(file, before(), StandardCopyOption.REPLACE_EXISTING);
      }
      try (OutputStream out =
          Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        out.write(bytes, 0, count);
      }
      return true;
    } catch (IOException e) {
      LOG.error("cannot write {}; the pod's further output is lost", file, e);
      return false;
    }
  }

  private Path before() {
    return file.resolveSibling(file.getFileName() + ".1");
  }

  /** The end of the log, at most so many bytes; empty if it cannot be read. */
  String tail(int bytes) {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      int length = (int) Math.min(bytes, log.length());
      byte[] content = new byte[length];
      log.seek(log.length() - length);
      log.readFully(content);
      return new String(content, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
