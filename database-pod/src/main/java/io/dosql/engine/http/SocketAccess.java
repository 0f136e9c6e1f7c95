package io.dosql.engine.http;

import io.dosql.engine.auth.Principal;
import io.dosql.engine.auth.RateDecision;
import io.dosql.engine.hrana.SocketPeer;
import io.dosql.engine.hrana.StreamOwner;
import io.dosql.engine.memory.BufferBudget;
import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What lets the requests of one WebSocket in, as the gateway does those of HTTP. Thread safe. */
final class SocketAccess {

  private final Upgrading upgrade;
  private final Admission admission;
  private final RequestGate gate;
  private final TenantGate tenants;
  private final HttpMetrics metrics;
  private final BufferBudget bodies;

  /** Who asks, since the last hello. */
  private volatile Principal principal = Principal.ANYONE;

  /**
   * What the upgrade said.
   *
   * @param requestId the name of all that the connection asks, in logs
   * @param tenant as the client wrote it
   * @param authorization the header, or what stands for it, or null
   * @param origin of the page that asks, if a browser does
   */
  record Upgrading(
      String requestId,
      String tenant,
      @Nullable String authorization,
      @Nullable String origin,
      @Nullable InetAddress client) {}

  SocketAccess(
      Upgrading upgrade,
      Admission admission,
      RequestGate gate,
      TenantGate tenants,
      HttpMetrics metrics,
      BufferBudget bodies) {
    this.upgrade = upgrade;
    this.admission = admission;
    this.gate = gate;
    this.tenants = tenants;
    this.metrics = metrics;
    this.bodies = bodies;
  }

  /** As {@link SocketPeer#logFields}. */
  Map<String, String> logFields() {
    return Map.of("tenant", upgrade.tenant(), "requestId", upgrade.requestId());
  }

  /** Room for messages, among the bodies of all requests; nothing is taken yet. */
  BufferBudget.Reservation messages() {
    return bodies.reserve(0);
  }

  /** As {@link SocketPeer#authenticate}. */
  StreamOwner authenticate(@Nullable String jwt) {
    String token = jwt == null ? upgrade.authorization() : "Bearer " + jwt;
    Principal here = admission.admit(token, upgrade.origin(), upgrade.tenant(), upgrade.client());
    principal = here;
    return new StreamOwner(upgrade.tenant(), here.mayWrite());
  }

  /** As {@link SocketPeer#enter}. */
  SocketPeer.Admission enter() {
    if (admission.rates().take(principal, upgrade.tenant())
        instanceof RateDecision.Refused refused) {
      throw refused.error();
    }
    // A connection reads no more once the gate is shut; what was read is finished.
    gate.enter(true);
    try {
      tenants.enter(upgrade.tenant());
    } catch (RuntimeException full) {
      gate.leave();
      throw full;
    }
    return () -> {
      tenants.leave(upgrade.tenant());
      gate.leave();
    };
  }

  /** A message was read: the pod does not end before {@link #answered}. */
  void read() {
    gate.read();
  }

  /** So many messages were answered, or will not be. */
  void answered(int messages) {
    gate.answered(messages);
  }

  void count(SocketPeer.Answered answered) {
    metrics.count("hrana_websocket", answered.code(), answered.nanos());
  }
}
