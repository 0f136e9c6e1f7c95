package io.dosql.engine.http;

import java.time.Duration;

/**
 * Bounds of a WebSocket, besides those of HTTP: {@code maxBodyBytes} holds for a message, too.
 *
 * @param maxRequestsInFlight messages that are not answered; no more are read then, for TCP to slow
 *     the client down
 * @param maxUnsentBytes answers that the client has not taken; work for it waits then
 * @param helloTimeout from the upgrade to the client's hello
 * @param pingInterval between two pings; a client of which nothing is heard in between is cut off
 */
record WebSocketLimits(
    int maxRequestsInFlight, int maxUnsentBytes, Duration helloTimeout, Duration pingInterval) {

  static final WebSocketLimits DEFAULT =
      new WebSocketLimits(128, 4 << 20, Duration.ofSeconds(10), Duration.ofSeconds(30));
}
