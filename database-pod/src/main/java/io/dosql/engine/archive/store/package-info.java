/**
 * Object stores: S3 and a directory behind one contract.
 *
 * <p>Entry points: {@link io.dosql.engine.archive.store.ObjectStore}, {@link
 * io.dosql.engine.archive.store.S3ObjectStore}, {@link
 * io.dosql.engine.archive.store.DirectoryObjectStore}. The only package that knows the S3 client.
 * Of ours it may use {@code engine.error} only.
 */
@NullMarked
package io.dosql.engine.archive.store;

import org.jspecify.annotations.NullMarked;
