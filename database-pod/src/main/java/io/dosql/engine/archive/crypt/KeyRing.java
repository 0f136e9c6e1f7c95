package io.dosql.engine.archive.crypt;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The pod's keys, each compared once with what the archive knows of it: a key of the same name and
 * another content would write what nobody can read. Any number of threads.
 */
final class KeyRing {

  /** Keys that are remembered as right; more only cost a request again. */
  private static final int REMEMBERED_MAX = 100;

  private final EncryptionKeys keys;
  private final ArchiveMarks marks;
  private final Set<EncryptionKey> proved = ConcurrentHashMap.newKeySet();
  private final Set<EncryptionKey> introduced = ConcurrentHashMap.newKeySet();

  KeyRing(EncryptionKeys keys, ArchiveMarks marks) {
    this.keys = keys;
    this.marks = marks;
  }

  /** For a new object; the archive knows its key when this returns. */
  Sealer forWriting() {
    Sealer sealer = new Sealer(keys.active());
    if (!introduced.contains(sealer.key())) {
      require(sealer, marks.introduce(sealer));
      remember(introduced, sealer);
      remember(proved, sealer);
    }
    return sealer;
  }

  /** For an object that names its key; {@code object} is for messages. */
  Sealer forReading(String object, String name) {
    EncryptionKey key;
    try {
      key = keys.named(name);
    } catch (DosqlException e) {
      throw new DosqlException(
              ErrorCode.STORAGE_ENCRYPTION_MISMATCH,
              "%s is encrypted with the key %s. %s".formatted(object, name, e.getMessage()),
              e)
          .withSuggestion(e.suggestion());
    }
    return proved(new Sealer(key));
  }

  /** Fails when the key for new objects cannot be used; changes nothing. */
  void checkActive() {
    proved(new Sealer(keys.active()));
  }

  /** Compares each key anew. */
  void forget() {
    proved.clear();
    introduced.clear();
  }

  private Sealer proved(Sealer sealer) {
    if (!proved.contains(sealer.key())) {
      // An archive that was copied without its proofs opens, too: objects prove themselves.
      require(sealer, marks.proves(sealer).orElse(true));
      remember(proved, sealer);
    }
    return sealer;
  }

  private static void remember(Set<EncryptionKey> keys, Sealer sealer) {
    if (keys.size() >= REMEMBERED_MAX) {
      keys.clear();
    }
    keys.add(sealer.key());
  }

  private void require(Sealer sealer, boolean isRight) {
    if (!isRight) {
      throw new DosqlException(
              ErrorCode.STORAGE_ENCRYPTION_MISMATCH,
              "The pod's encryption key %s is not the one that the archive knows by this name (%s)."
                  .formatted(sealer.key().name(), marks.proofKey(sealer)))
          .withSuggestion("Put the former key back under its name, and give a new key a new name.");
    }
  }
}
