package io.dosql.engine.tenant;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a start must know of tenants without looking at each: which ones are pinned, and which were
 * quarantined when the pod was last up, so that they are tried again before somebody needs them.
 * One small file, replaced whole. Thread safe.
 */
final class TenantRegister {

  private static final Logger LOG = LoggerFactory.getLogger(TenantRegister.class);
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  private static final int VERSION = 1;

  /** More are found out again when they are used. */
  private static final int QUARANTINED_MAX = 1_000;

  private record Content(
      @JsonProperty("version") int version,
      @JsonProperty("pinned") List<String> pinned,
      @JsonProperty("quarantined") List<String> quarantined) {}

  private final Path file;

  /** Held while the file is written, so that the newest content is the last one written. */
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Set<TenantName> pinned;

  @GuardedBy("lock")
  private Set<TenantName> quarantined;

  private TenantRegister(Path file, Set<TenantName> pinned, Set<TenantName> quarantined) {
    this.file = file;
    this.pinned = pinned;
    this.quarantined = quarantined;
  }

  /**
   * Reads the file in the tenants' folder. One that cannot be read must not keep the pod from
   * serving: pins are forgotten then, and the log says so.
   */
  static TenantRegister open(Path folder) {
    Path file = folder.resolve(".register.json");
    Set<TenantName> pinned = new TreeSet<>();
    Set<TenantName> quarantined = new TreeSet<>();
    try {
      if (Files.exists(file)) {
        Content content = JSON.readValue(Files.readAllBytes(file), Content.class);
        if (content.version() != VERSION) {
          throw new IOException("its format version is " + content.version());
        }
        content.pinned().forEach(name -> pinned.add(new TenantName(name)));
        content.quarantined().forEach(name -> quarantined.add(new TenantName(name)));
      }
    } catch (IOException | RuntimeException unreadable) {
      LOG.error("{} cannot be read: pins of tenants are forgotten", file, unreadable);
      pinned.clear();
      quarantined.clear();
    }
    return new TenantRegister(file, pinned, quarantined);
  }

  Set<TenantName> pinned() {
    lock.lock();
    try {
      return Set.copyOf(pinned);
    } finally {
      lock.unlock();
    }
  }

  Set<TenantName> quarantined() {
    lock.lock();
    try {
      return Set.copyOf(quarantined);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Durable on return.
   *
   * @return false if there are as many already as there may be; then nothing is changed
   */
  boolean pin(TenantName name, int pinnedMax) throws IOException {
    lock.lock();
    try {
      if (pinned.contains(name)) {
        return true;
      }
      if (pinned.size() >= pinnedMax) {
        return false;
      }
      pinned.add(name);
      try {
        write();
      } catch (IOException failure) {
        pinned.remove(name);
        throw failure;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Durable on return; whether it was pinned. */
  boolean unpin(TenantName name) throws IOException {
    lock.lock();
    try {
      if (!pinned.remove(name)) {
        return false;
      }
      try {
        write();
      } catch (IOException failure) {
        pinned.add(name);
        throw failure;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Writes down who is quarantined now, if that has changed. */
  void keepQuarantined(Set<TenantName> now) {
    Set<TenantName> kept =
        now.stream().sorted().limit(QUARANTINED_MAX).collect(Collectors.toCollection(TreeSet::new));
    lock.lock();
    try {
      if (kept.equals(quarantined)) {
        return;
      }
      Set<TenantName> before = quarantined;
      quarantined = kept;
      try {
        write();
      } catch (IOException failure) {
        quarantined = before;
        LOG.warn("{} could not be written; trying again", file, failure);
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void write() throws IOException {
    DurableFiles.replace(
        file, JSON.writeValueAsBytes(new Content(VERSION, values(pinned), values(quarantined))));
  }

  private static List<String> values(Set<TenantName> names) {
    return names.stream().map(TenantName::value).toList();
  }
}
