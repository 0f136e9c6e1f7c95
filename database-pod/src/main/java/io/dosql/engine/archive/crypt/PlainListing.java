package io.dosql.engine.archive.crypt;

import io.dosql.engine.archive.store.ObjectInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** A listing of which each object is turned into another or left out. One thread. */
final class PlainListing implements Iterator<ObjectInfo> {

  private final Iterator<ObjectInfo> stored;
  private final Function<ObjectInfo, Optional<ObjectInfo>> turn;
  private final int atOnce;
  private final Queue<ObjectInfo> ready = new ArrayDeque<>();

  /** {@code turn} is called for {@code atOnce} objects at a time, if several on other threads. */
  PlainListing(
      Iterator<ObjectInfo> stored, Function<ObjectInfo, Optional<ObjectInfo>> turn, int atOnce) {
    this.stored = stored;
    this.turn = turn;
    this.atOnce = atOnce;
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && stored.hasNext()) {
      if (atOnce == 1) {
        turn.apply(stored.next()).ifPresent(ready::add);
      } else {
        turnSome();
      }
    }
    return !ready.isEmpty();
  }

  @Override
  public ObjectInfo next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the listing has ended");
    }
    return ready.remove();
  }

  private void turnSome() {
    List<Future<Optional<ObjectInfo>>> turned = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      while (turned.size() < atOnce && stored.hasNext()) {
        ObjectInfo one = stored.next();
        turned.add(threads.submit(() -> turn.apply(one)));
      }
    }
    for (Future<Optional<ObjectInfo>> one : turned) {
      result(one).ifPresent(ready::add);
    }
  }

  private static Optional<ObjectInfo> result(Future<Optional<ObjectInfo>> ended) {
    return switch (ended.state()) {
      case SUCCESS -> ended.resultNow();
      case FAILED -> throw unchecked(ended.exceptionNow());
      case RUNNING, CANCELLED ->
          throw new IllegalStateException("interrupted while looking at listed objects");
    };
  }

  private static RuntimeException unchecked(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
  }
}
