package io.dosql.engine.archive.ltx;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Files that have the header of an SQLite database and arbitrary pages behind it. */
public final class DatabaseFiles {

  private DatabaseFiles() {}

  /** Half of each page is random, half repeats, so that pages compress like real ones. */
  public static byte[] bytes(int pageSizeBytes, int pages, long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[pageSizeBytes * pages];
    random.nextBytes(bytes);
    for (int page = 0; page < pages; page++) {
      int start = page * pageSizeBytes;
      java.util.Arrays.fill(bytes, start + pageSizeBytes / 2, start + pageSizeBytes, (byte) page);
    }
    byte[] magic = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(magic, 0, bytes, 0, magic.length);
    BigEndian.putShort(bytes, 16, pageSizeBytes == 65536 ? 1 : pageSizeBytes);
    BigEndian.putInt(bytes, 24, 9);
    BigEndian.putInt(bytes, 28, pages);
    BigEndian.putInt(bytes, 92, 9);
    return bytes;
  }

  public static Path write(Path file, int pageSizeBytes, int pages, long seed) throws IOException {
    return Files.write(file, bytes(pageSizeBytes, pages, seed));
  }
}
