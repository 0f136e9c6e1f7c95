/**
 * Encryption of everything in an archive, as a store around a store.
 *
 * <p>Entry points: {@link io.dosql.engine.archive.crypt.EncryptedObjectStore} for a pod that has
 * keys, {@link io.dosql.engine.archive.crypt.PlainObjectStore} for one that has none. The only
 * package that knows the cryptographic library. Of ours it may use {@code engine.error}, {@code
 * archive.store} and the map {@code ArchiveLayout}.
 */
@NullMarked
package io.dosql.engine.archive.crypt;

import org.jspecify.annotations.NullMarked;
