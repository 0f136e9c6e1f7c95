package io.dosql.engine.archive.crypt;

import static io.dosql.engine.error.ErrorCode.STORAGE_ENCRYPTION_MISMATCH;
import static io.dosql.engine.error.ErrorCode.STORAGE_NOT_FOUND;
import static io.dosql.engine.error.ErrorCode.STORAGE_UNAVAILABLE;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.crypt.EncryptionMark.PlainObjects;
import io.dosql.engine.archive.store.BoundedInput;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectMetadata;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.ProbeResult;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store whose objects are encrypted, each with a key of its own that is made from one of the
 * pod's; callers see content, sizes, SHA-256 and metadata as if they were not. Keys of objects,
 * sizes, times and the names of the encryption keys stay visible to whoever reads the store.
 *
 * <p>The first object that is written marks the archive as encrypted ({@link EncryptionMark}). In
 * an archive that was empty then, an object that is not encrypted is an error. In one that was not,
 * such objects stay readable; listings then look at every object to tell its size, one request
 * each.
 *
 * <p>A file is encrypted into another one in the scratch folder before it is sent; content in
 * memory, in memory. Reading takes the memory of two segments. Reading a part that does not begin
 * in the first 64 KiB takes one request more, for the object's header.
 */
public final class EncryptedObjectStore implements ObjectStore {

  private static final Logger LOG = LoggerFactory.getLogger(EncryptedObjectStore.class);

  /** Requests of one listing at a time, in an archive that holds plain objects, too. */
  private static final int LOOKS_AT_ONCE = 16;

  private final ObjectStore store;
  private final ArchiveLayout layout;
  private final Path scratch;
  private final Clock clock;
  private final ArchiveMarks marks;
  private final KeyRing keys;

  /**
   * Null until somebody looked. A mark stays, unless the bucket is emptied; that there was none is
   * remembered for reading, which works in any case.
   */
  private volatile @Nullable Look lastLook;

  /** What a look for the mark found, null if there was none. */
  private record Look(@Nullable EncryptionMark mark) {}

  /**
   * @param store closed with this
   * @param layout of what lies in it; nothing outside its prefix can be used
   * @param scratch an existing folder for temporary files
   */
  public EncryptedObjectStore(
      ObjectStore store, ArchiveLayout layout, EncryptionKeys keys, Path scratch, Clock clock) {
    this.store = store;
    this.layout = layout;
    this.scratch = scratch;
    this.clock = clock;
    this.marks = new ArchiveMarks(store, layout);
    this.keys = new KeyRing(keys, marks);
  }

  @Override
  public PutResult putIfAbsent(String key, ObjectContent content, Map<String, String> metadata) {
    String relativeKey = layout.relative(key);
    requireMark();
    Sealer sealer = keys.forWriting();
    Map<String, String> all = new HashMap<>(metadata);
    all.put(ObjectMetadata.SHA256, content.sha256());
    Map<String, String> sealed = SealedMetadata.seal(sealer, relativeKey, all);
    return switch (content) {
      case ObjectContent.Bytes bytes ->
          store.putIfAbsent(key, sealedInMemory(sealer, relativeKey, bytes), sealed);
      case ObjectContent.StoredFile file -> putFile(sealer, key, file, sealed);
    };
  }

  private static ObjectContent sealedInMemory(
      Sealer sealer, String relativeKey, ObjectContent content) {
    ByteArrayOutputStream sealed =
        new ByteArrayOutputStream(Math.toIntExact(SealedFormat.storedBytes(content.sizeBytes())));
    try (InputStream in = content.open()) {
      sealer.seal(relativeKey, in, sealed);
    } catch (IOException e) {
      throw new UncheckedIOException("copying in memory failed", e);
    }
    return ObjectContent.of(sealed.toByteArray());
  }

  private PutResult putFile(
      Sealer sealer, String key, ObjectContent.StoredFile file, Map<String, String> metadata) {
    try {
      Path spool = Files.createTempFile(scratch, "encrypt-", ".tmp");
      try {
        return store.putIfAbsent(key, seal(sealer, key, file, spool), metadata);
      } finally {
        Files.deleteIfExists(spool);
      }
    } catch (IOException e) {
      throw new DosqlException(
              STORAGE_UNAVAILABLE,
              "Encrypting %s in %s failed: %s.".formatted(key, scratch, e.getMessage()),
              e)
          .withSuggestion("See to it that the data volume can be written and has space left.");
    }
  }

  private ObjectContent seal(Sealer sealer, String key, ObjectContent.StoredFile file, Path spool)
      throws IOException {
    MessageDigest digest = ObjectContent.newSha256();
    try (InputStream in = file.open();
        OutputStream out = new DigestOutputStream(Files.newOutputStream(spool), digest)) {
      sealer.seal(layout.relative(key), in, out);
    }
    long size = Files.size(spool);
    if (size != SealedFormat.storedBytes(file.sizeBytes())) {
      throw new IOException(
          "the content has not the %d bytes that it should have".formatted(file.sizeBytes()));
    }
    return new ObjectContent.StoredFile(spool, size, HexFormat.of().formatHex(digest.digest()));
  }

  @Override
  public InputStream get(String key, long offset) {
    return get(key, offset, Long.MAX_VALUE);
  }

  @Override
  public InputStream get(String key, long offset, long bytesMax) {
    if (offset < 0) {
      throw new IllegalArgumentException("negative offset in " + key);
    }
    String relativeKey = layout.relative(key);
    // The segment of the byte before, so that reading from the very end finds the last one.
    long segment = SealedFormat.segmentOf(Math.max(0, offset - 1));
    InputStream content =
        segment == 0
            ? fromFirstSegment(key, relativeKey, offset, bytesMax)
            : fromSegment(key, relativeKey, segment, offset, bytesMax);
    return bytesMax == Long.MAX_VALUE ? content : new BoundedInput(content, bytesMax);
  }

  private InputStream fromFirstSegment(String key, String relativeKey, long offset, long bytesMax) {
    Beginning beginning =
        Beginning.of(store, key, SealedFormat.PREAMBLE_BYTES, storedEnd(offset, bytesMax));
    try {
      if (!isSealed(key, beginning.bytes())) {
        return new SkippingStream(beginning.whole(), offset);
      }
      SealedObject object = object(key, relativeKey, beginning.bytes());
      return new SkippingStream(object.content(beginning.rest(), 0), offset);
    } catch (RuntimeException e) {
      beginning.close();
      throw e;
    }
  }

  private InputStream fromSegment(
      String key, String relativeKey, long segment, long offset, long bytesMax) {
    byte[] preamble = Beginning.only(store, key, SealedFormat.PREAMBLE_BYTES);
    if (!isSealed(key, preamble)) {
      return bytesMax == Long.MAX_VALUE ? store.get(key, offset) : store.get(key, offset, bytesMax);
    }
    SealedObject object = object(key, relativeKey, preamble);
    long start = segment * SealedFormat.SEGMENT_BYTES;
    long end = storedEnd(offset, bytesMax);
    InputStream stored =
        end == Long.MAX_VALUE ? store.get(key, start) : store.get(key, start, end - start);
    return new SkippingStream(
        object.content(stored, segment), offset - SealedFormat.contentStart(segment));
  }

  /** Up to where an object must be read: the segment of the last byte, and a byte of the next. */
  private static long storedEnd(long offset, long bytesMax) {
    if (bytesMax > Long.MAX_VALUE / 2 - offset) {
      return Long.MAX_VALUE;
    }
    return (SealedFormat.segmentOf(offset + bytesMax - 1) + 1) * SealedFormat.SEGMENT_BYTES + 1;
  }

  private SealedObject object(String key, String relativeKey, byte[] preamble) {
    if (preamble.length < SealedFormat.PREAMBLE_BYTES) {
      throw SealedObject.damaged(
          key, "it ends at byte %d, too early".formatted(preamble.length), null);
    }
    String keyName =
        SealedFormat.keyName(preamble)
            .orElseThrow(
                () ->
                    SealedObject.damaged(
                        key,
                        "its header is of format %d, and this release knows format %d"
                            .formatted(SealedFormat.version(preamble), SealedFormat.VERSION),
                        null));
    return new SealedObject(keys.forReading(key, keyName), key, relativeKey, preamble);
  }

  /** Whether an object that begins like this is encrypted; fails if it should be and is not. */
  private boolean isSealed(String key, byte[] beginning) {
    if (SealedFormat.isSealed(beginning)) {
      return true;
    }
    if (!marks.isOurs(key) && mayHoldPlainObjects()) {
      return false;
    }
    throw new DosqlException(
            STORAGE_ENCRYPTION_MISMATCH,
            "%s is not encrypted, as everything is in this archive according to %s."
                .formatted(key, marks.markKey()))
        .withSuggestion(
            "Somebody else put the object there, or damaged it. Put the original back, or restore"
                + " from a backup or a moment that does not need it.");
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    String relativeKey = layout.relative(key);
    return store.head(key).map(stored -> plain(relativeKey, stored));
  }

  private ObjectInfo plain(String relativeKey, ObjectInfo stored) {
    String keyName = stored.metadata().get(SealedMetadata.KEY_NAME);
    if (keyName == null) {
      return plainSize(stored, !mayHoldPlainObjects() || isSealed(stored.key()));
    }
    try {
      Map<String, String> metadata =
          SealedMetadata.open(
              keys.forReading(stored.key(), keyName), relativeKey, stored.metadata());
      ObjectInfo sized = plainSize(stored, true);
      return new ObjectInfo(sized.key(), sized.sizeBytes(), sized.lastModified(), metadata);
    } catch (IOException e) {
      throw SealedObject.damaged(stored.key(), "its metadata are not what was written", e);
    }
  }

  private boolean isSealed(String key) {
    return SealedFormat.isSealed(Beginning.only(store, key, SealedFormat.HEADER_BYTES));
  }

  /** A size that no encrypted object has is told as it is; reading the object tells the rest. */
  private static ObjectInfo plainSize(ObjectInfo stored, boolean isSealed) {
    return isSealed
        ? new ObjectInfo(
            stored.key(),
            SealedFormat.plainBytes(stored.sizeBytes()).orElse(stored.sizeBytes()),
            stored.lastModified(),
            stored.metadata())
        : stored;
  }

  @Override
  public Iterator<ObjectInfo> list(String prefix, @Nullable String startAfter) {
    boolean lookAtEach = mayHoldPlainObjects();
    return new PlainListing(
        store.list(prefix, startAfter),
        info -> marks.isOurs(info.key()) ? Optional.empty() : plainInListing(info, lookAtEach),
        lookAtEach ? LOOKS_AT_ONCE : 1);
  }

  /** Empty if the object was deleted meanwhile. */
  private Optional<ObjectInfo> plainInListing(ObjectInfo stored, boolean lookAtIt) {
    try {
      return Optional.of(plainSize(stored, !lookAtIt || isSealed(stored.key())));
    } catch (DosqlException e) {
      if (e.code() == STORAGE_NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public List<String> folders(String folder) {
    return store.folders(folder).stream()
        .filter(name -> !marks.isOurs(folder + name + "/"))
        .toList();
  }

  @Override
  public void delete(Collection<String> keys) {
    keys.forEach(layout::relative);
    store.delete(keys);
  }

  /** Also whether the key for new objects can be used. */
  @Override
  public ProbeResult probe(String key) {
    if (!(store.probe(key) instanceof ProbeResult.Unusable unusable)) {
      return probeEncryption();
    }
    return unusable;
  }

  private ProbeResult probeEncryption() {
    try {
      Look before = lastLook;
      Look now = look();
      if (now.mark() == null && before != null && before.mark() != null) {
        LOG.warn(
            "{} is gone: the archive was emptied. The next object begins it anew.",
            marks.markKey());
        keys.forget();
      }
      keys.checkActive();
      return new ProbeResult.Usable();
    } catch (DosqlException e) {
      return ProbeResult.of(e);
    }
  }

  @Override
  public int abortUploads(String prefix, Instant begunBefore) {
    layout.relative(prefix);
    return store.abortUploads(prefix, begunBefore);
  }

  @Override
  public void close() {
    store.close();
  }

  /** Without a mark there may be some: those of before, or of an archive copied without it. */
  private boolean mayHoldPlainObjects() {
    Look known = lastLook;
    EncryptionMark mark = known == null ? look().mark() : known.mark();
    return mark == null || mark.plainObjects() == PlainObjects.BEFORE;
  }

  private Look look() {
    Look now = new Look(marks.find().orElse(null));
    lastLook = now;
    return now;
  }

  private void requireMark() {
    Look known = lastLook;
    if (known != null && known.mark() != null) {
      return;
    }
    EncryptionMark made = marks.establish(clock);
    lastLook = new Look(made);
    if (made.plainObjects() == PlainObjects.BEFORE) {
      LOG.warn(
          "the archive holds objects from before {}, when its encryption was turned on: they are not"
              + " encrypted, and stay readable",
          made.since());
    }
  }
}
