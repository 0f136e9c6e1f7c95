package io.dosql.engine.http;

import io.dosql.engine.hrana.SocketPeer;
import io.dosql.engine.hrana.StreamOwner;
import org.jspecify.annotations.Nullable;

/** What lets the requests of one WebSocket in, as the gateway does those of HTTP. Thread safe. */
final class SocketAccess {

  private final String tenant;
  private final @Nullable String authorization;
  private final Authenticator authenticator;
  private final RequestGate gate;
  private final TenantGate tenants;
  private final HttpMetrics metrics;

  /**
   * @param authorization what came with the upgrade, or null
   */
  SocketAccess(
      String tenant,
      @Nullable String authorization,
      Authenticator authenticator,
      RequestGate gate,
      TenantGate tenants,
      HttpMetrics metrics) {
    this.tenant = tenant;
    this.authorization = authorization;
    this.authenticator = authenticator;
    this.gate = gate;
    this.tenants = tenants;
    this.metrics = metrics;
  }

  /** As {@link SocketPeer#authenticate}. */
  StreamOwner authenticate(@Nullable String jwt) {
    Principal principal = authenticator.authenticate(jwt == null ? authorization : "Bearer " + jwt);
    return new StreamOwner(tenant, principal.mayWrite());
  }

  /** As {@link SocketPeer#enter}. */
  SocketPeer.Admission enter() {
    // A connection reads no more once the gate is shut; what was read is finished.
    gate.enter(true);
    try {
      tenants.enter(tenant);
    } catch (RuntimeException full) {
      gate.leave();
      throw full;
    }
    return () -> {
      tenants.leave(tenant);
      gate.leave();
    };
  }

  void count(String code, long nanos) {
    metrics.count("hrana_websocket", code, nanos);
  }
}
