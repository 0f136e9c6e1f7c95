package io.dosql.engine.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file's content, parsed, read again when the file changes: at most once a second somebody
 * who asks looks at its identity, time and size, following links, because Kubernetes replaces
 * mounted files by switching a link. If the new content is bad, the old one stays, and the log says
 * so. Thread safe.
 */
public final class WatchedFile<T> {

  private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
  private static final long MAX_BYTES = 1 << 20;

  /** Turns a file's bytes into what they mean. */
  @FunctionalInterface
  public interface Parser<T> {
    T parse(byte[] content) throws IOException;
  }

  private final Path path;
  private final Parser<T> parser;
  private final LongSupplier nanoTime;
  private final AtomicLong nextCheckNanos;
  private volatile Loaded<T> loaded;

  /** What tells one state of a file from another without reading it. */
  private record Fingerprint(@Nullable Object fileKey, FileTime modified, long sizeBytes) {}

  private record Loaded<T>(@Nullable Fingerprint fingerprint, T value) {}

  /** Reads the file; fails if it is not there, too large or bad. */
  public WatchedFile(Path path, Parser<T> parser, LongSupplier nanoTime) throws IOException {
    this.path = path;
    this.parser = parser;
    this.nanoTime = nanoTime;
    Fingerprint fingerprint = fingerprint();
    this.loaded = new Loaded<>(fingerprint, read());
    this.nextCheckNanos = new AtomicLong(nanoTime.getAsLong() + CHECK_INTERVAL.toNanos());
  }

  /** The content, at most a second old. */
  public T current() {
    long now = nanoTime.getAsLong();
    long due = nextCheckNanos.get();
    if (now - due >= 0 && nextCheckNanos.compareAndSet(due, now + CHECK_INTERVAL.toNanos())) {
      reloadIfChanged();
    }
    return loaded.value();
  }

  private void reloadIfChanged() {
    Loaded<T> before = loaded;
    Fingerprint now = null;
    try {
      now = fingerprint();
      if (now.equals(before.fingerprint())) {
        return;
      }
      // The fingerprint is older than the content, so a change in between is seen the next time.
      loaded = new Loaded<>(now, read());
      LOG.info("Read {} again, for it has changed", path);
    } catch (IOException | RuntimeException failure) {
      if (now == null && before.fingerprint() == null) {
        return;
      }
      loaded = new Loaded<>(now, before.value());
      LOG.error(
          "Cannot use the changed {}; going on with what it held before: {}",
          path,
          failure.toString());
    }
  }

  private Fingerprint fingerprint() throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return new Fingerprint(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
  }

  private T read() throws IOException {
    if (Files.size(path) > MAX_BYTES) {
      throw new IOException(path + " is larger than " + MAX_BYTES + " bytes");
    }
    return parser.parse(Files.readAllBytes(path));
  }
}
