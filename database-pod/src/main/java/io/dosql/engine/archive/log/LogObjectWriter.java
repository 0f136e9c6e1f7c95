package io.dosql.engine.archive.log;

import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.log.StoredPart;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lays a log object out in a temporary file, part by part, so that its memory does not depend on
 * its size. Closing it without {@link #finish} removes the file. One thread.
 */
public final class LogObjectWriter implements Closeable {

  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final OutputStream out;
  private final MessageDigest partsDigest = ObjectContent.newSha256();
  private final IndexBuilder index = new IndexBuilder();
  private @Nullable StoredPart newest;
  private long offset = LogObjectFormat.HEADER_BYTES;
  private boolean isFinished;

  /**
   * Begins an object.
   *
   * @param scratch an existing folder
   */
  public LogObjectWriter(Path scratch) throws IOException {
    this.file = Files.createTempFile(scratch, "log-object-", ".dlo");
    this.channel =
        FileChannel.open(file, StandardOpenOption.WRITE).position(LogObjectFormat.HEADER_BYTES);
    this.out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
  }

  /** Adds a part; they come in the order of the log. */
  public void add(StoredPart part) throws IOException {
    byte[] bytes = new byte[part.bytes().remaining()];
    part.bytes().duplicate().get(bytes);
    index.add(part, offset);
    partsDigest.update(bytes);
    out.write(bytes);
    offset += bytes.length;
    newest = part;
  }

  public int parts() {
    return index.parts();
  }

  /** Bytes of the object so far, without its index. */
  public long sizeBytes() {
    return offset;
  }

  /**
   * Completes the object. Its file stays until {@link SpooledLogObject#close}.
   *
   * @param place says of it what does not follow from its parts
   * @param before the newest part of the objects before this one
   */
  public SpooledLogObject finish(LogObjectPlace place, Optional<LastPart> before)
      throws IOException {
    before.ifPresent(index::setLastPart);
    if (newest != null) {
      index.setLastPart(LastPart.of(newest));
    }
    LogObjectIndex built = index.build();
    ByteBuffer encoded = IndexCodec.encode(built);
    LogObjectHeader header =
        new LogObjectHeader(
            place,
            index.parts(),
            index.commits(),
            index.firstTime(),
            index.lastTime(),
            offset,
            offset + encoded.remaining(),
            Sha256.of(encoded),
            Sha256.of(partsDigest.digest()));
    out.flush();
    writeFully(encoded, offset);
    writeFully(header.encode(), 0);
    channel.close();
    SpooledLogObject object =
        new SpooledLogObject(header, built, (ObjectContent.StoredFile) ObjectContent.of(file));
    isFinished = true;
    return object;
  }

  private void writeFully(ByteBuffer bytes, long at) throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (!isFinished) {
      Files.deleteIfExists(file);
    }
  }
}
