package io.dosql.quickstart;

import io.dosql.operator.pod.ServiceEndpoints;
import io.dosql.quickstart.runner.LoopbackPorts;
import java.util.Optional;
import java.util.stream.IntStream;

/** Chooses the port at which the quickstart database serves. */
final class DataPort {

  static final int DEFAULT = 8080;
  private static final int TRIED_MAX = 100;

  private DataPort() {}

  /**
   * The port that is asked for; else the one of the last time; else 8080 or the next that is free.
   *
   * @throws QuickstartException if somebody listens at the port that is asked for
   */
  static int choose(LoopbackPorts ports, Optional<Integer> asked) throws QuickstartException {
    String owner = LocalEndpoints.owner(QuickstartSession.DATABASE, ServiceEndpoints.DATA_PORT);
    if (asked.isPresent() && !LoopbackPorts.isFree(asked.get())) {
      throw new QuickstartException(
          "Port %d is taken by another program. Stop it, or name another port by --port."
              .formatted(asked.get()));
    }
    Optional<Integer> before = ports.known(owner).filter(LoopbackPorts::isFree);
    int port = asked.or(() -> before).orElseGet(DataPort::firstFree);
    ports.set(owner, port);
    return port;
  }

  private static int firstFree() {
    return IntStream.range(DEFAULT, DEFAULT + TRIED_MAX)
        .filter(LoopbackPorts::isFree)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "No port from %d to %d is free; name one by --port"
                        .formatted(DEFAULT, DEFAULT + TRIED_MAX - 1)));
  }
}
