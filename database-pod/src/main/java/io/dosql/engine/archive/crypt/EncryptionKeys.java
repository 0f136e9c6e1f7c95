package io.dosql.engine.archive.crypt;

import io.dosql.engine.error.DosqlException;

/**
 * The keys that a pod has: one for new objects, any number for reading. Asked for every object, so
 * that changes take effect at once. Any number of threads.
 */
public interface EncryptionKeys {

  /**
   * The key for new objects.
   *
   * @throws DosqlException {@code STORAGE_ENCRYPTION_MISMATCH} when there is none that can be used
   */
  EncryptionKey active();

  /**
   * The key that an object names.
   *
   * @throws DosqlException {@code STORAGE_ENCRYPTION_MISMATCH} when it is not there or cannot be
   *     used
   */
  EncryptionKey named(String name);
}
