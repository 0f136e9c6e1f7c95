package io.dosql.engine.archive.store;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A real store that fails as it is told to. One thread. */
public final class FaultyObjectStore implements ObjectStore {

  /** What becomes of a call. */
  public enum Fault {
    NONE,
    /** Nothing happens. */
    REFUSED,
    /** It is done, and the answer is lost. */
    ANSWER_LOST,
    /** Thrown before the call: the process is gone. */
    DIED_BEFORE,
    /** Thrown behind the call. */
    DIED_AFTER
  }

  /** The process ended in a call. */
  public static final class Died extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Decides about each call. */
  @FunctionalInterface
  public interface Faults {
    Fault next(String call, String key);
  }

  private final ObjectStore store;
  private Faults faults = (call, key) -> Fault.NONE;
  private ErrorCode code = ErrorCode.STORAGE_UNAVAILABLE;
  private int calls;
  private int puts;

  public FaultyObjectStore(ObjectStore store) {
    this.store = store;
  }

  public void setFaults(Faults decider) {
    faults = decider;
  }

  /** From now on every call is refused with this. */
  public void refuseAll(ErrorCode with) {
    code = with;
    faults = (call, key) -> Fault.REFUSED;
  }

  /** From now on writes are refused with this. */
  public void refuseWrites(ErrorCode with) {
    code = with;
    faults = (call, key) -> call.equals("put") ? Fault.REFUSED : Fault.NONE;
  }

  /** From now on nothing fails; what decided until then. */
  public Faults repair() {
    Faults before = faults;
    faults = (call, key) -> Fault.NONE;
    return before;
  }

  /** How many calls there were. */
  public int calls() {
    return calls;
  }

  /** How many objects were to be put. */
  public int puts() {
    return puts;
  }

  private interface Call<T> {
    T run();
  }

  private <T> T call(String name, String key, Call<T> call) {
    calls++;
    Fault fault = faults.next(name, key);
    switch (fault) {
      case DIED_BEFORE -> throw new Died();
      case REFUSED -> throw new DosqlException(code, "cannot " + name + " " + key);
      case NONE, ANSWER_LOST, DIED_AFTER -> {}
    }
    T result = call.run();
    switch (fault) {
      case DIED_AFTER -> throw new Died();
      case ANSWER_LOST ->
          throw new DosqlException(ErrorCode.STORAGE_TIMEOUT, "no answer to " + name + " " + key);
      case NONE, REFUSED, DIED_BEFORE -> {}
    }
    return result;
  }

  @Override
  public PutResult putIfAbsent(String key, ObjectContent content, Map<String, String> metadata) {
    puts++;
    return call("put", key, () -> store.putIfAbsent(key, content, metadata));
  }

  @Override
  public InputStream get(String key, long offset) {
    return call("get", key, () -> store.get(key, offset));
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    return call("head", key, () -> store.head(key));
  }

  @Override
  public Iterator<ObjectInfo> list(String prefix, @Nullable String startAfter) {
    return call("list", prefix, () -> store.list(prefix, startAfter));
  }

  @Override
  public List<String> folders(String folder) {
    return call("folders", folder, () -> store.folders(folder));
  }

  @Override
  public void delete(Collection<String> keys) {
    boolean _ =
        call(
            "delete",
            keys.toString(),
            () -> {
              store.delete(keys);
              return true;
            });
  }

  @Override
  public ProbeResult probe(String key) {
    return call("probe", key, () -> store.probe(key));
  }

  @Override
  public void close() {
    store.close();
  }

  /** The content of an object. */
  public static byte[] read(ObjectStore store, String key) {
    try (InputStream in = store.get(key, 0)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
