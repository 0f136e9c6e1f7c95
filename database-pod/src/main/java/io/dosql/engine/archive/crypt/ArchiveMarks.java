package io.dosql.engine.archive.crypt;

import static io.dosql.engine.error.ErrorCode.STORAGE_CHECKSUM_MISMATCH;
import static io.dosql.engine.error.ErrorCode.STORAGE_NOT_FOUND;
import static io.dosql.engine.error.ErrorCode.STORAGE_UNAVAILABLE;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.crypt.EncryptionMark.PlainObjects;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.error.DosqlException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * What an archive says of its encryption, in objects that are not encrypted in the usual way: the
 * mark, and for each key an object that only the right key opens. Any number of threads.
 */
final class ArchiveMarks {

  /** In bytes; a mark has about 150, the proof of a key 160. */
  private static final int BYTES_MAX = 64 << 10;

  private static final byte[] PROOF = new byte[0];

  private final ObjectStore store;
  private final ArchiveLayout layout;

  /** {@code store}: without encryption. */
  ArchiveMarks(ObjectStore store, ArchiveLayout layout) {
    this.store = store;
    this.layout = layout;
  }

  /** Whether an object below the prefix belongs here, and is none of the archive's content. */
  boolean isOurs(String absoluteKey) {
    return absoluteKey.equals(markKey())
        || absoluteKey.startsWith(layout.absolute(layout.encryptionKeys()));
  }

  String markKey() {
    return layout.absolute(layout.encryptionMark());
  }

  Optional<EncryptionMark> find() {
    Optional<byte[]> json = read(markKey());
    if (json.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(EncryptionMark.parse(json.get()));
    } catch (IOException e) {
      throw new DosqlException(
              STORAGE_CHECKSUM_MISMATCH,
              "%s, which says how the archive is encrypted, cannot be read: %s."
                  .formatted(markKey(), e.getMessage()),
              e)
          .withSuggestion("Upgrade the database if a later release wrote it; else restore it.");
    }
  }

  /** Marks the archive as encrypted unless it is marked. Durable on return. */
  EncryptionMark establish(Clock clock) {
    Optional<EncryptionMark> there = find();
    if (there.isPresent()) {
      return there.get();
    }
    EncryptionMark mark =
        new EncryptionMark(
            EncryptionMark.FORMAT_VERSION,
            EncryptionMark.ENCRYPTION,
            clock.instant().toString(),
            hasContent() ? PlainObjects.BEFORE : PlainObjects.NONE);
    return switch (store.putIfAbsent(markKey(), ObjectContent.of(mark.toJson()), Map.of())) {
      case CREATED -> mark;
      // Another one was first, and may have seen other objects.
      case ALREADY_EXISTS -> find().orElse(mark);
    };
  }

  private boolean hasContent() {
    String probe = layout.absolute(layout.probe());
    Iterator<ObjectInfo> objects = store.list(layout.absolute(""), null);
    while (objects.hasNext()) {
      String key = objects.next().key();
      if (!key.equals(probe) && !isOurs(key)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the archive knows the key by its name: empty if it knows no such name. */
  Optional<Boolean> proves(Sealer sealer) {
    String key = proofKey(sealer);
    return read(key).map(object -> opens(sealer, key, object));
  }

  /** Sees to it that the archive knows the key; whether it is the one that it knows. */
  boolean introduce(Sealer sealer) {
    Optional<Boolean> known = proves(sealer);
    if (known.isPresent()) {
      return known.get();
    }
    String key = proofKey(sealer);
    return switch (store.putIfAbsent(key, ObjectContent.of(proof(sealer, key)), Map.of())) {
      case CREATED -> true;
      case ALREADY_EXISTS -> proves(sealer).orElse(true);
    };
  }

  String proofKey(Sealer sealer) {
    return layout.absolute(layout.encryptionKeys() + sealer.key().name());
  }

  private byte[] proof(Sealer sealer, String key) {
    ByteArrayOutputStream sealed = new ByteArrayOutputStream();
    try {
      sealer.seal(layout.relative(key), new ByteArrayInputStream(PROOF), sealed);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return sealed.toByteArray();
  }

  private boolean opens(Sealer sealer, String key, byte[] object) {
    int length = Math.min(object.length, SealedFormat.PREAMBLE_BYTES);
    InputStream segments = new ByteArrayInputStream(object, length, object.length - length);
    try {
      SealedObject sealed =
          new SealedObject(sealer, key, layout.relative(key), Arrays.copyOf(object, length));
      return sealed.content(segments, 0).readAllBytes().length == PROOF.length;
    } catch (DosqlException damaged) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  private Optional<byte[]> read(String key) {
    try (InputStream in = store.get(key, 0, BYTES_MAX)) {
      return Optional.of(in.readAllBytes());
    } catch (DosqlException e) {
      if (e.code() == STORAGE_NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    } catch (IOException e) {
      throw new DosqlException(
          STORAGE_UNAVAILABLE, "Reading %s failed: %s.".formatted(key, e.getMessage()), e);
    }
  }
}
