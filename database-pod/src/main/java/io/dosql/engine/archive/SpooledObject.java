package io.dosql.engine.archive;

import io.dosql.engine.archive.store.ObjectContent;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * An object that was written to a temporary file first, so that its length and checksum are known
 * before it is sent. Closing it deletes the file.
 *
 * @param content what is to be sent
 * @param made what whoever wrote it knows of it
 */
public record SpooledObject<T>(ObjectContent.StoredFile content, T made) implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 16;

  /** Writes an object. */
  @FunctionalInterface
  public interface Writer<T> {
    /** {@code out} is buffered; it is flushed and closed by the caller. */
    T write(OutputStream out) throws IOException;
  }

  /**
   * Writes an object into a temporary file, which is gone again if that fails.
   *
   * @param scratch an existing folder
   * @param name what the file's name begins with
   */
  public static <T> SpooledObject<T> write(Path scratch, String name, Writer<T> writer)
      throws IOException {
    Path file = Files.createTempFile(scratch, name + "-", ".ltx");
    try {
      MessageDigest digest = ObjectContent.newSha256();
      T made;
      try (OutputStream out =
          new BufferedOutputStream(
              new DigestOutputStream(Files.newOutputStream(file), digest), BUFFER_BYTES)) {
        made = writer.write(out);
      }
      return new SpooledObject<>(
          new ObjectContent.StoredFile(
              file, Files.size(file), HexFormat.of().formatHex(digest.digest())),
          made);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(content.file());
  }
}
