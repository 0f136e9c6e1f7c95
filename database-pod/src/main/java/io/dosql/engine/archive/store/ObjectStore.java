package io.dosql.engine.archive.store;

import io.dosql.engine.error.DosqlException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whole objects under keys. Nothing is ever overwritten: an object is created once and deleted.
 *
 * <p><b>Atomicity.</b> An object is there in full or not at all, for every reader, also after a
 * crash. Of several writers of one key, in any processes, exactly one gets {@link
 * PutResult#CREATED}.
 *
 * <p><b>Durability.</b> What was created or deleted when a method returns survives a loss of power.
 *
 * <p><b>Errors.</b> Every failure of the store is a {@link DosqlException} with a {@code STORAGE_*}
 * code and advice, thrown after a bounded number of attempts. {@link IllegalArgumentException}: a
 * key that {@link ObjectKeys} does not allow.
 *
 * <p><b>Threads.</b> Any number at once. Calls block; an interrupt ends the wait between two
 * attempts, with {@code STORAGE_UNAVAILABLE} and the thread's interrupt flag set.
 */
public interface ObjectStore extends AutoCloseable {

  /**
   * Creates an object unless its key is taken.
   *
   * @param metadata small facts to be kept with the object, names in lower case; a store that
   *     cannot keep them drops them
   * @return {@code CREATED} also when an earlier attempt of this very call did it unnoticed
   */
  PutResult putIfAbsent(String key, ObjectContent content, Map<String, String> metadata);

  /**
   * Opens an object for reading, from {@code offset} to its end.
   *
   * @param offset at most the object's size, where there is nothing more to read
   * @return to be closed by the caller; reading from it may fail with an {@link
   *     java.io.IOException} at any time, after which the caller opens it again at the offset
   *     reached
   * @throws DosqlException {@code STORAGE_NOT_FOUND} when there is no such object
   */
  InputStream get(String key, long offset);

  /**
   * The same, of at most {@code bytesMax} bytes from {@code offset}; a store that can be asked for
   * no more sends no more.
   *
   * @param bytesMax from 1
   */
  default InputStream get(String key, long offset, long bytesMax) {
    return new BoundedInput(get(key, offset), bytesMax);
  }

  /** What is known of an object without reading it. */
  Optional<ObjectInfo> head(String key);

  /**
   * All objects whose key begins with {@code prefix} and is greater than {@code startAfter}, in the
   * order of the keys' UTF-8 bytes. Fetched page by page while the iterator is used, which may
   * therefore fail like any call; objects that come and go meanwhile may be seen or not.
   *
   * @param prefix empty, or any beginning of a key
   */
  Iterator<ObjectInfo> list(String prefix, @Nullable String startAfter);

  /**
   * Names of the folders directly below {@code folder} that have objects somewhere below, in order.
   *
   * @param folder empty, or a key followed by {@code /}
   */
  List<String> folders(String folder);

  /** Deletes objects. Those that are gone already count as deleted. */
  void delete(Collection<String> keys);

  /**
   * Finds out, in one attempt, whether the store can be listed and written.
   *
   * @param key of an empty object that may be left behind there
   */
  ProbeResult probe(String key);

  /**
   * Lets go of what uploads left behind below {@code prefix} that began before a time and never
   * ended, because their process died. Nobody sees it, but it takes space.
   *
   * @param begunBefore long enough ago that no upload can still be running
   * @return how many there were
   */
  default int abortUploads(String prefix, Instant begunBefore) {
    return 0;
  }

  /** Lets connections go. Calls that run may fail. */
  @Override
  void close();
}
