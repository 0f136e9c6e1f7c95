package io.dosql.engine.archive.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A real store that writes down what it is asked for. Any number of threads. */
public final class CountingStore implements ObjectStore {

  /** Of a range that was asked for to the object's end. */
  public static final long TO_THE_END = Long.MAX_VALUE;

  /**
   * A range that was asked for.
   *
   * @param bytesMax {@link #TO_THE_END} if there was no bound
   */
  public record Get(String key, long offset, long bytesMax) {}

  /** Says what becomes of a stream of an object. */
  @FunctionalInterface
  public interface Transfers {
    InputStream of(Get get, InputStream in);
  }

  private final ObjectStore store;
  private final Transfers transfers;
  private final List<Get> gets = new CopyOnWriteArrayList<>();
  private final List<String> lists = new CopyOnWriteArrayList<>();
  private final AtomicLong listed = new AtomicLong();
  private final AtomicInteger puts = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();

  public CountingStore(ObjectStore store) {
    this(store, (get, in) -> in);
  }

  /** One whose transfers are other than they should be. */
  public CountingStore(ObjectStore store, Transfers transfers) {
    this.store = store;
    this.transfers = transfers;
  }

  /** From now on nothing has been asked for. */
  public void reset() {
    gets.clear();
    lists.clear();
    listed.set(0);
    puts.set(0);
  }

  public List<Get> gets() {
    return gets;
  }

  /** The gets of objects whose key contains {@code part}. */
  public List<Get> gets(String part) {
    return gets.stream().filter(get -> get.key().contains(part)).toList();
  }

  /** The prefixes of listings. */
  public List<String> lists() {
    return lists;
  }

  /** How many objects listings have named. */
  public long listed() {
    return listed.get();
  }

  public int puts() {
    return puts.get();
  }

  /** How many streams are open. */
  public int open() {
    return open.get();
  }

  @Override
  public PutResult putIfAbsent(String key, ObjectContent content, Map<String, String> metadata) {
    puts.incrementAndGet();
    return store.putIfAbsent(key, content, metadata);
  }

  @Override
  public InputStream get(String key, long offset) {
    return counted(new Get(key, offset, TO_THE_END), store.get(key, offset));
  }

  @Override
  public InputStream get(String key, long offset, long bytesMax) {
    return counted(new Get(key, offset, bytesMax), store.get(key, offset, bytesMax));
  }

  private InputStream counted(Get get, InputStream in) {
    gets.add(get);
    open.incrementAndGet();
    return new FilterInputStream(transfers.of(get, in)) {
      private boolean isClosed;

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        return in.read(target, offset, length);
      }

      @Override
      public void close() throws IOException {
        if (!isClosed) {
          isClosed = true;
          open.decrementAndGet();
        }
        super.close();
      }
    };
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    return store.head(key);
  }

  @Override
  public Iterator<ObjectInfo> list(String prefix, @Nullable String startAfter) {
    lists.add(prefix);
    Iterator<ObjectInfo> objects = store.list(prefix, startAfter);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return objects.hasNext();
      }

      @Override
      public ObjectInfo next() {
        listed.incrementAndGet();
        return objects.next();
      }
    };
  }

  @Override
  public List<String> folders(String folder) {
    return store.folders(folder);
  }

  @Override
  public void delete(Collection<String> keys) {
    store.delete(keys);
  }

  @Override
  public ProbeResult probe(String key) {
    return store.probe(key);
  }

  @Override
  public int abortUploads(String prefix, Instant begunBefore) {
    return store.abortUploads(prefix, begunBefore);
  }

  @Override
  public void close() {
    store.close();
  }
}
