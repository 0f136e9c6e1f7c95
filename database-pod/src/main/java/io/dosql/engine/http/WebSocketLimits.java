package io.dosql.engine.http;

import java.time.Duration;

/**
 * Bounds of a WebSocket, besides those of HTTP: {@code maxBodyBytes} holds for a message, too.
 *
 * @param maxRequestsInFlight messages that are not answered; no more are read then, for TCP to slow
 *     the client down
 * @param maxUnsentBytes answers that the client has not taken; work for it waits then
 * @param maxFirstMessageBytes what a client may send before its hello is whole
 * @param helloTimeout from the upgrade to the client's hello
 * @param pingInterval between two pings; a client of which nothing is heard in between is cut off
 */
public record WebSocketLimits(
    int maxRequestsInFlight,
    int maxUnsentBytes,
    int maxFirstMessageBytes,
    Duration helloTimeout,
    Duration pingInterval) {

  public static final WebSocketLimits DEFAULT =
      new WebSocketLimits(128, 4 << 20, 64 << 10, Duration.ofSeconds(10), Duration.ofSeconds(30));

  public WebSocketLimits {
    if (Math.min(maxRequestsInFlight, Math.min(maxUnsentBytes, maxFirstMessageBytes)) < 1) {
      throw new IllegalArgumentException("Every limit must be at least 1");
    }
    if (!helloTimeout.isPositive() || !pingInterval.isPositive()) {
      throw new IllegalArgumentException("Times must be positive");
    }
  }
}
