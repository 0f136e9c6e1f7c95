package io.dosql.quickstart.runner;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gives out ports of loopback, and remembers in a file who has which, so that URLs stay the same
 * from one start to the next. Thread-safe.
 */
public final class LoopbackPorts {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ATTEMPTS_MAX = 100;

  private final Path file;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final SortedMap<String, Integer> ports;

  private LoopbackPorts(Path file, SortedMap<String, Integer> ports) {
    this.file = file;
    this.ports = ports;
  }

  /**
   * Reads what was given out earlier.
   *
   * @param file made at the first change; its folder exists
   */
  public static LoopbackPorts open(Path file) throws IOException {
    SortedMap<String, Integer> ports = new TreeMap<>();
    if (Files.exists(file)) {
      try {
        ports.putAll(
            JSON.readValue(Files.readAllBytes(file), new TypeReference<Map<String, Integer>>() {}));
      } catch (IOException e) {
        throw new IOException(
            file + " cannot be read; delete it, and ports are given out anew: " + e.getMessage(),
            e);
      }
    }
    return new LoopbackPorts(file, ports);
  }

  /** Whether nobody on this machine listens at the port, on loopback or on all addresses. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The owner's name of a container's port. */
  public static String owner(String namespace, String pod, int containerPort) {
    return namespace + "/" + pod + ":" + containerPort;
  }

  /** What the owner has, if anything; somebody else may listen there meanwhile. */
  public Optional<Integer> known(String owner) {
    lock.lock();
    try {
      return Optional.ofNullable(ports.get(owner));
    } finally {
      lock.unlock();
    }
  }

  /** The owner's port: the one that it has, else a new one. */
  public int get(String owner) {
    lock.lock();
    try {
      Integer known = ports.get(owner);
      return known == null ? assign(owner, anyFree()) : known;
    } finally {
      lock.unlock();
    }
  }

  /** The owner's port, at which nobody listens: the one that it has if possible. */
  public int getFree(String owner) {
    lock.lock();
    try {
      Integer known = ports.get(owner);
      return known != null && isFree(known) ? known : assign(owner, anyFree());
    } finally {
      lock.unlock();
    }
  }

  /** Gives a port to an owner; whoever had it gets another one when asked for next. */
  public void set(String owner, int port) {
    lock.lock();
    try {
      ports.values().removeIf(used -> used == port);
      var _ = assign(owner, port);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private int assign(String owner, int port) {
    ports.put(owner, port);
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.write(temporary, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(ports));
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
    return port;
  }

  @GuardedBy("lock")
  private int anyFree() {
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        if (!ports.containsValue(socket.getLocalPort())) {
          return socket.getLocalPort();
        }
      } catch (IOException e) {
        throw new UncheckedIOException("this machine has no free port on loopback", e);
      }
    }
    throw new IllegalStateException("no free port found in " + ATTEMPTS_MAX + " attempts");
  }
}
