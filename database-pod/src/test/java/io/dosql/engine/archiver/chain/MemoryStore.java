package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.ProbeResult;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Objects in memory, and calls that fail when the test wants it. Any number of threads. */
public final class MemoryStore implements ObjectStore {

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Stored(byte[] bytes, ObjectInfo info) {}

  /** How a call fails. */
  public enum Fault {
    BEFORE,
    /** Of several objects that were to be deleted every other one is; else as {@link #AFTER}. */
    HALFWAY,
    /** The store has done its work, and nobody heard of it. */
    AFTER
  }

  private final NavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>();
  private final InstantSource clock;
  private long calls;
  private long failingCall = -1;
  private Fault fault = Fault.BEFORE;
  private boolean isDown;
  private Runnable beforePut = () -> {};

  public MemoryStore(InstantSource clock) {
    this.clock = clock;
  }

  /** The call after so many others fails. */
  public void failAfter(int others, Fault how) {
    failingCall = calls + others + 1;
    fault = how;
  }

  /** Something happens in the middle of the next upload. */
  void onNextPut(Runnable work) {
    beforePut = work;
  }

  /** Whether the call that is to fail has come. */
  public boolean hasFailed() {
    return failingCall > 0 && calls >= failingCall;
  }

  public void heal() {
    failingCall = -1;
    isDown = false;
  }

  /** From now on every call fails. */
  void goDown() {
    isDown = true;
  }

  public synchronized long calls() {
    return calls;
  }

  private synchronized boolean begin() {
    calls++;
    boolean fails = calls == failingCall;
    if (isDown || (fails && fault == Fault.BEFORE)) {
      throw unavailable();
    }
    return fails;
  }

  private static void end(boolean fails) {
    if (fails) {
      throw unavailable();
    }
  }

  private static DosqlException unavailable() {
    return new DosqlException(ErrorCode.STORAGE_UNAVAILABLE, "the store fails as it was told to");
  }

  @Override
  public PutResult putIfAbsent(String key, ObjectContent content, Map<String, String> metadata) {
    Runnable before = beforePut;
    beforePut = () -> {};
    before.run();
    boolean fails = begin();
    PutResult result = PutResult.ALREADY_EXISTS;
    if (!objects.containsKey(key)) {
      put(key, read(content), metadata, clock.instant());
      result = PutResult.CREATED;
    }
    end(fails);
    return result;
  }

  /** Past every rule and fault. */
  public void put(String key, byte[] bytes, Map<String, String> metadata, Instant time) {
    objects.put(key, new Stored(bytes, new ObjectInfo(key, bytes.length, time, metadata)));
  }

  private static byte[] read(ObjectContent content) {
    try (InputStream in = content.open()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("reading the content failed", e);
    }
  }

  @Override
  public InputStream get(String key, long offset) {
    end(begin());
    Stored stored = objects.get(key);
    if (stored == null) {
      throw new DosqlException(ErrorCode.STORAGE_NOT_FOUND, "There is no object " + key + ".");
    }
    int from = (int) offset;
    return new ByteArrayInputStream(stored.bytes(), from, stored.bytes().length - from);
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    end(begin());
    return Optional.ofNullable(objects.get(key)).map(Stored::info);
  }

  @Override
  public Iterator<ObjectInfo> list(String prefix, @Nullable String startAfter) {
    end(begin());
    String from = startAfter == null ? prefix : startAfter;
    return objects.tailMap(from, startAfter == null).values().stream()
        .map(Stored::info)
        .filter(info -> info.key().startsWith(prefix))
        .map(info -> new ObjectInfo(info.key(), info.sizeBytes(), info.lastModified(), Map.of()))
        .toList()
        .iterator();
  }

  /** Whatever faults there are. */
  public List<String> keys() {
    return List.copyOf(objects.keySet());
  }

  byte[] bytes(String key) {
    return Objects.requireNonNull(objects.get(key)).bytes();
  }

  @Override
  public List<String> folders(String folder) {
    end(begin());
    return objects.keySet().stream()
        .filter(key -> key.startsWith(folder) && key.indexOf('/', folder.length()) > 0)
        .map(key -> key.substring(folder.length(), key.indexOf('/', folder.length())))
        .distinct()
        .toList();
  }

  @Override
  public void delete(Collection<String> keys) {
    boolean fails = begin();
    boolean isHalfway = fails && fault == Fault.HALFWAY;
    int index = 0;
    for (String key : keys) {
      if (!isHalfway || index++ % 2 == 1) {
        objects.remove(key);
      }
    }
    end(fails);
  }

  @Override
  public ProbeResult probe(String key) {
    return new ProbeResult.Usable();
  }

  @Override
  public void close() {}
}
