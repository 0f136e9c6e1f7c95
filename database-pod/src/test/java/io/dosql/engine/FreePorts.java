package io.dosql.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports of loopback for pods that a test starts. None is given out twice before all others were;
 * they lie below those that systems give to whoever asks for any, and each process of tests has a
 * range of its own, so that nobody takes one before the pod listens there. Thread safe.
 */
public final class FreePorts {

  private static final int FIRST = 20_000;
  private static final int END = 30_000;
  private static final int PER_FORK = 2_500;

  /** Of the processes among which Maven divides the tests, from 1. */
  private static final int FORK = Integer.getInteger("dosql.fork", 1);

  private static final int RANGE = FIRST + (FORK - 1) * PER_FORK % (END - FIRST);

  /** Elsewhere for each process: another build may run on this machine. */
  private static final AtomicInteger NEXT =
      new AtomicInteger((int) (ProcessHandle.current().pid() * 61 % PER_FORK));

  private FreePorts() {}

  /** One at which nobody listens. */
  public static int next() {
    for (int tried = 0; tried < PER_FORK; tried++) {
      int port = RANGE + NEXT.getAndIncrement() % PER_FORK;
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("All ports from %d on are taken".formatted(RANGE));
  }

  private static boolean isFree(int port) {
    try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
