package io.dosql.engine.archive.log;

import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.ResumingInput;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.CorruptLogException;
import io.dosql.engine.log.LoggedPart;
import io.dosql.engine.log.PartCodec;
import io.dosql.engine.log.UnsupportedLogVersionException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A log object in the store. Its header is read when it is opened, the rest when it is asked for.
 * Everything is verified.
 *
 * <p>Failures are {@link DosqlException}: those of the store; {@code STORAGE_CHECKSUM_MISMATCH},
 * with a {@link CorruptLogObjectException} as its cause, for a damaged object; {@code
 * SNAPSHOT_NOT_AVAILABLE} for one of a later release. Any number of threads.
 */
public final class LogObject {

  /** What an index can have at most; far more than the archiver lets one become. */
  private static final int MAX_INDEX_BYTES = 256 << 20;

  private static final int BUFFER_BYTES = 1 << 16;

  /** Takes parts in the order of the log; what it throws ends the reading. */
  @FunctionalInterface
  public interface PartVisitor {

    void visit(LoggedPart part) throws IOException;
  }

  private final ObjectStore store;
  private final String key;
  private final LogObjectHeader header;
  private final PartCodec codec = new PartCodec();

  private LogObject(ObjectStore store, String key, LogObjectHeader header) {
    this.store = store;
    this.key = key;
    this.header = header;
  }

  /**
   * Reads the header of the object that must be under a key.
   *
   * @param key in the store
   * @param line that it must belong to
   * @param number that it must have
   */
  static LogObject open(ObjectStore store, String key, String line, long number) {
    try (InputStream in = new ResumingInput(store, key, 0, LogObjectFormat.HEADER_BYTES)) {
      ByteBuffer bytes = ByteBuffer.wrap(in.readNBytes(LogObjectFormat.HEADER_BYTES));
      requireBytes(key, 0, LogObjectFormat.HEADER_BYTES, bytes.remaining());
      LogObjectHeader header = LogObjectHeader.decode(key, bytes);
      requireSame(key, "number", number, header.place().number());
      requireSame(key, "line", line, header.place().line());
      return new LogObject(store, key, header);
    } catch (IOException e) {
      throw told(e);
    }
  }

  private static void require(String key, String expected, String actual)
      throws CorruptLogObjectException {
    if (!expected.equals(actual)) {
      throw new CorruptLogObjectException(key, 0, expected, actual);
    }
  }

  private static void requireSame(String key, String what, Object expected, Object actual)
      throws CorruptLogObjectException {
    require(key, what + " " + expected, what + " " + actual);
  }

  private static void requireBytes(String key, long offset, long expected, long actual)
      throws CorruptLogObjectException {
    if (expected != actual) {
      throw new CorruptLogObjectException(
          key, offset + actual, (expected - actual) + " bytes more", "the end of the object");
    }
  }

  /** The object's key in the store. */
  public String key() {
    return key;
  }

  public LogObjectHeader header() {
    return header;
  }

  /** Reads the index; also finds out whether the object has the length that its header says. */
  public LogObjectIndex index() {
    // And a byte more, to see that there is none.
    long lengthBytes = header.sizeBytes() - header.indexOffset() + 1;
    try (InputStream in = new ResumingInput(store, key, header.indexOffset(), lengthBytes)) {
      return index(in);
    } catch (IOException e) {
      throw told(e);
    }
  }

  private LogObjectIndex index(InputStream in) throws IOException {
    long length = header.sizeBytes() - header.indexOffset();
    if (length > MAX_INDEX_BYTES) {
      throw new CorruptLogObjectException(
          key, header.indexOffset(), "an index of at most " + MAX_INDEX_BYTES, length + " bytes");
    }
    ByteBuffer bytes = ByteBuffer.wrap(in.readNBytes((int) length));
    requireBytes(key, header.indexOffset(), length, bytes.remaining());
    Sha256 digest = Sha256.of(bytes);
    if (!digest.equals(header.indexDigest())) {
      throw new CorruptLogObjectException(
          key,
          header.indexOffset(),
          "an index with SHA-256 " + header.indexDigest(),
          digest.toString());
    }
    if (in.read() >= 0) {
      throw new CorruptLogObjectException(
          key, header.sizeBytes(), "the end of the object", "more bytes");
    }
    return IndexCodec.decode(key, header, bytes);
  }

  /** Reads all parts. */
  public void visitParts(PartVisitor visitor) throws IOException {
    Sha256 _ = readWhole(visitor);
  }

  /**
   * Reads all of the object and verifies it.
   *
   * @return SHA-256 of the object, which the next one's header must have
   */
  public Sha256 verify() {
    try {
      return readWhole(part -> {});
    } catch (IOException e) {
      throw new IllegalStateException("the visitor throws nothing", e);
    }
  }

  private Sha256 readWhole(PartVisitor visitor) throws IOException {
    MessageDigest digest = ObjectContent.newSha256();
    try (InputStream in =
        new DigestInputStream(
            new BufferedInputStream(new ResumingInput(store, key), BUFFER_BYTES), digest)) {
      ByteBuffer bytes = ByteBuffer.wrap(in.readNBytes(LogObjectFormat.HEADER_BYTES));
      if (!bytes.equals(header.encode())) {
        throw told(new CorruptLogObjectException(key, 0, "the header read before", "another one"));
      }
      MessageDigest partsDigest = ObjectContent.newSha256();
      Parts parts =
          new Parts(in, LogObjectFormat.HEADER_BYTES, header.indexOffset(), partsDigest, visitor);
      parts.visitAll();
      checkParts(parts.count, Sha256.of(partsDigest.digest()));
      LogObjectIndex _ = indexOf(in);
      return Sha256.of(digest.digest());
    }
  }

  private LogObjectIndex indexOf(InputStream in) {
    try {
      return index(in);
    } catch (IOException e) {
      throw told(e);
    }
  }

  private void checkParts(int count, Sha256 digest) {
    if (count != header.parts() || !digest.equals(header.partsDigest())) {
      throw told(
          new CorruptLogObjectException(
              key,
              LogObjectFormat.HEADER_BYTES,
              "%d parts with SHA-256 %s".formatted(header.parts(), header.partsDigest()),
              "%d parts with %s".formatted(count, digest)));
    }
  }

  /**
   * Reads the parts of one tenant, by range.
   *
   * @param entry of this object's index
   */
  public void visitParts(TenantEntry entry, PartVisitor visitor) throws IOException {
    try (InputStream in = openParts(entry)) {
      visitParts(entry, in, visitor);
    }
  }

  /**
   * Opens the bytes of one tenant's parts, for {@link #visitParts(TenantEntry, InputStream,
   * PartVisitor)}, which may run on another thread. Nothing is verified here. To be closed.
   *
   * @param entry of this object's index
   */
  public InputStream openParts(TenantEntry entry) {
    return new TenantParts(store, key, entry.extents());
  }

  /**
   * Takes the parts of one tenant out of their bytes.
   *
   * @param entry of this object's index
   * @param bytes as {@link #openParts} gives them; not closed
   */
  public void visitParts(TenantEntry entry, InputStream bytes, PartVisitor visitor)
      throws IOException {
    int count = 0;
    for (TenantEntry.Extent extent : entry.extents()) {
      Parts parts = new Parts(bytes, extent.offset(), extent.end(), null, visitor);
      parts.visitAll();
      count += parts.count;
    }
    if (count != entry.parts()) {
      throw told(
          new CorruptLogObjectException(
              key,
              header.indexOffset(),
              "%d parts of tenant %s".formatted(entry.parts(), entry.tenant()),
              count + " parts"));
    }
  }

  /** A run of parts that is being read. */
  private final class Parts {
    private final InputStream in;
    private final long end;
    private final @Nullable MessageDigest digest;
    private final PartVisitor visitor;
    private long offset;
    private int count;

    /** {@code digest}: of all parts, if anybody wants it. */
    Parts(
        InputStream in,
        long offset,
        long end,
        @Nullable MessageDigest digest,
        PartVisitor visitor) {
      this.in = in;
      this.offset = offset;
      this.end = end;
      this.digest = digest;
      this.visitor = visitor;
    }

    void visitAll() throws IOException {
      while (offset < end) {
        ByteBuffer bytes = next();
        LoggedPart part = decode(bytes);
        offset += bytes.remaining();
        count++;
        visitor.visit(part);
      }
    }

    private ByteBuffer next() {
      try {
        int headerBytes = (int) Math.min(PartCodec.HEADER_BYTES, end - offset);
        byte[] head = in.readNBytes(headerBytes);
        requireBytes(key, offset, PartCodec.HEADER_BYTES, head.length);
        int lengthBytes = codec.lengthBytes(key, offset, ByteBuffer.wrap(head));
        if (lengthBytes > end - offset) {
          throw new CorruptLogObjectException(
              key, offset, "a part of at most " + (end - offset), lengthBytes + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.allocate(lengthBytes).put(head);
        int got = in.readNBytes(bytes.array(), head.length, lengthBytes - head.length);
        requireBytes(key, offset, lengthBytes, head.length + (long) got);
        if (digest != null) {
          digest.update(bytes.array());
        }
        return bytes.clear();
      } catch (IOException e) {
        throw told(e);
      }
    }

    private LoggedPart decode(ByteBuffer bytes) {
      try {
        return codec.decode(key, offset, bytes);
      } catch (IOException e) {
        throw told(e);
      }
    }
  }

  /** What a caller is told of an object that cannot be used. */
  private static DosqlException told(IOException failure) {
    return switch (failure) {
      case CorruptLogObjectException corrupt -> damaged(corrupt);
      case CorruptLogException corrupt ->
          damaged(
              new CorruptLogObjectException(
                  corrupt.file(), corrupt.offset(), corrupt.expected(), corrupt.actual()));
      case UnsupportedLogObjectException tooNew -> tooNew(tooNew);
      case UnsupportedLogVersionException tooNew -> tooNew(tooNew);
      default ->
          new DosqlException(
              ErrorCode.STORAGE_UNAVAILABLE,
              "A log object could not be read: " + failure.getMessage(),
              failure);
    };
  }

  private static DosqlException damaged(CorruptLogObjectException corrupt) {
    return new DosqlException(
        ErrorCode.STORAGE_CHECKSUM_MISMATCH, corrupt.getMessage() + ".", corrupt);
  }

  private static DosqlException tooNew(IOException cause) {
    return new DosqlException(ErrorCode.SNAPSHOT_NOT_AVAILABLE, cause.getMessage() + ".", cause)
        .withSuggestion("Use the release that wrote it, or a later one.");
  }
}
