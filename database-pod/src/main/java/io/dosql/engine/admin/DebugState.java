package io.dosql.engine.admin;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What somebody wants to know who looks for the cause of a trouble.
 *
 * @param uptime since the engine started to serve
 * @param memory bytes by what has them or may have them, in the order in which they are shown
 * @param tenantsTotal all tenants of the pod
 * @param tenantsAwake those whose files are open
 * @param awake the first of them by name
 */
public record DebugState(
    Duration uptime,
    Map<String, Long> memory,
    int tenantsTotal,
    int tenantsAwake,
    List<AwakeTenant> awake) {

  /**
   * A tenant that is awake.
   *
   * @param lsn its newest commit
   * @param sizeBytes of its files
   * @param walBytes of its write-ahead log, part of the former
   */
  public record AwakeTenant(String name, long lsn, long sizeBytes, long walBytes) {}

  public DebugState {
    awake = List.copyOf(awake);
  }
}
