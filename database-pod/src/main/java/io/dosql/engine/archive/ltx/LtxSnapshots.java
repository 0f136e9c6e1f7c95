package io.dosql.engine.archive.ltx;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;

/**
 * SQLite database files as LTX snapshots and back. Neither direction opens the file with SQLite:
 * the database must be whole in the one file (no {@code -wal}) and nobody may write it meanwhile.
 */
public final class LtxSnapshots {

  private static final int BUFFER_BYTES = 1 << 16;

  /** What a snapshot turned out to hold. */
  public record Content(LtxHeader header, String databaseSha256) {}

  private LtxSnapshots() {}

  /**
   * Writes the database as a snapshot.
   *
   * @param lsn of the state in the file, from 1; becomes the max TXID
   * @param time of that state
   * @param out buffered; flushed and closed by the caller, who also makes it durable
   * @throws IOException when the file cannot be read, or is no SQLite database of whole pages
   */
  public static Content write(Path database, long lsn, Instant time, OutputStream out)
      throws IOException {
    try (FileChannel channel = FileChannel.open(database, StandardOpenOption.READ)) {
      int pageSize = SqliteFile.pageSizeBytes(database, channel);
      LtxHeader header = LtxHeader.snapshot(pageSize, channel.size() / pageSize, lsn, time);
      LtxWriter writer = new LtxWriter(out, header);
      MessageDigest digest = DatabaseDigest.start();
      byte[] image = new byte[pageSize];
      for (long page = 1; page <= header.pageCount(); page = header.pageAfter(page)) {
        SqliteFile.readPage(channel, page, image);
        writer.writePage(page, image);
        DatabaseDigest.add(digest, page, image);
      }
      writer.finish();
      return new Content(header, DatabaseDigest.finish(digest));
    }
  }

  /**
   * Makes a database file of a snapshot. On return the file is complete, verified against the
   * snapshot's checksums, and fsynced; its folder is not. On failure the file is gone again.
   *
   * @param object names the snapshot in errors
   * @param target must not exist
   * @throws CorruptLtxException when the snapshot is truncated, altered or no full snapshot
   */
  public static Content restore(String object, InputStream in, Path target) throws IOException {
    Files.createFile(target);
    try (RandomAccessFile file = new RandomAccessFile(target.toFile(), "rw")) {
      return restore(object, in, file);
    } catch (IOException | RuntimeException e) {
      deleteAfter(e, target);
      throw e;
    }
  }

  /** Reads a snapshot to its end and verifies it, without keeping the pages. */
  public static Content verify(String object, InputStream in) throws IOException {
    return readAll(object, in, (header, page, image) -> {});
  }

  private static Content restore(String object, InputStream in, RandomAccessFile file)
      throws IOException {
    Content content =
        readAll(
            object,
            in,
            (header, page, image) -> {
              file.seek((page - 1) * (long) header.pageSizeBytes());
              file.write(image);
            });
    // Longer only when the last page is the lock page, which no snapshot holds.
    file.setLength(content.header().databaseBytes());
    file.getChannel().force(true);
    return content;
  }

  private static Content readAll(String object, InputStream in, PageSink sink) throws IOException {
    LtxReader reader = new LtxReader(object, new BufferedInputStream(in, BUFFER_BYTES));
    LtxHeader header = reader.header();
    if (!header.isSnapshot()) {
      throw new CorruptLtxException(
          object, 16, "min TXID of a snapshot", "1", "" + header.minTxid());
    }
    MessageDigest digest = DatabaseDigest.start();
    byte[] image = new byte[header.pageSizeBytes()];
    for (long page = reader.nextPage(image); page != 0; page = reader.nextPage(image)) {
      sink.accept(header, page, image);
      DatabaseDigest.add(digest, page, image);
    }
    return new Content(header, DatabaseDigest.finish(digest));
  }

  private static void deleteAfter(Exception cause, Path target) {
    try {
      Files.deleteIfExists(target);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private interface PageSink {
    void accept(LtxHeader header, long page, byte[] image) throws IOException;
  }
}
