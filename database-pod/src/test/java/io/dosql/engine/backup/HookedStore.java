package io.dosql.engine.backup;

import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.ProbeResult;
import io.dosql.engine.archive.store.PutResult;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A real store around which something happens, once, when it is used in a certain way. */
final class HookedStore implements ObjectStore {

  private record Hook(boolean before, String call, Runnable action) {}

  private final ObjectStore store;
  private final List<Hook> hooks = new ArrayList<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();

  HookedStore(ObjectStore store) {
    this.store = store;
  }

  /** Runs {@code action} before the next call "put KEY", "get KEY" or "delete KEY" like this. */
  void before(String call, Runnable action) {
    hook(new Hook(true, call, action));
  }

  /** The same, when the store has done its work. */
  void after(String call, Runnable action) {
    hook(new Hook(false, call, action));
  }

  private void hook(Hook hook) {
    synchronized (hooks) {
      hooks.add(hook);
    }
  }

  /** The calls so far that contain {@code part}. */
  List<String> calls(String part) {
    return calls.stream().filter(call -> call.contains(part)).toList();
  }

  private void run(boolean before, String call) {
    List<Hook> due = new ArrayList<>();
    synchronized (hooks) {
      hooks.removeIf(
          hook -> hook.before() == before && call.contains(hook.call()) && due.add(hook));
    }
    due.forEach(hook -> hook.action().run());
  }

  @Override
  public PutResult putIfAbsent(String key, ObjectContent content, Map<String, String> metadata) {
    String call = "put " + key;
    calls.add(call);
    run(true, call);
    PutResult result = store.putIfAbsent(key, content, metadata);
    run(false, call);
    return result;
  }

  @Override
  public InputStream get(String key, long offset) {
    run(true, "get " + key);
    return store.get(key, offset);
  }

  @Override
  public void delete(Collection<String> keys) {
    keys.forEach(key -> run(true, "delete " + key));
    store.delete(keys);
    keys.forEach(key -> run(false, "delete " + key));
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    return store.head(key);
  }

  @Override
  public Iterator<ObjectInfo> list(String prefix, @Nullable String startAfter) {
    return store.list(prefix, startAfter);
  }

  @Override
  public List<String> folders(String folder) {
    return store.folders(folder);
  }

  @Override
  public int abortUploads(String prefix, Instant begunBefore) {
    calls.add("abort " + prefix + " " + begunBefore);
    return store.abortUploads(prefix, begunBefore);
  }

  @Override
  public ProbeResult probe(String key) {
    return store.probe(key);
  }

  @Override
  public void close() {
    store.close();
  }
}
