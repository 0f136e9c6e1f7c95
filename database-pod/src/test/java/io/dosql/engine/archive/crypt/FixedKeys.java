package io.dosql.engine.archive.crypt;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Keys in memory. */
final class FixedKeys implements EncryptionKeys {

  private final Map<String, EncryptionKey> keys = new LinkedHashMap<>();
  private String active = "";

  /** With one key, the active one. */
  static FixedKeys of(String name) {
    return new FixedKeys().rotateTo(name);
  }

  /** The key of this name, which is the same each time. */
  static EncryptionKey key(String name, long seed) {
    byte[] secret = new byte[EncryptionKey.SECRET_BYTES];
    new Random(seed).nextBytes(secret);
    return new EncryptionKey(name, secret);
  }

  FixedKeys rotateTo(String name) {
    return add(key(name, name.hashCode()));
  }

  FixedKeys add(EncryptionKey key) {
    keys.put(key.name(), key);
    active = key.name();
    return this;
  }

  FixedKeys remove(String name) {
    keys.remove(name);
    return this;
  }

  @Override
  public EncryptionKey active() {
    return named(active);
  }

  @Override
  public EncryptionKey named(String name) {
    EncryptionKey key = keys.get(name);
    if (key == null) {
      throw new DosqlException(
          ErrorCode.STORAGE_ENCRYPTION_MISMATCH, "There is no encryption key " + name + ".");
    }
    return key;
  }
}
