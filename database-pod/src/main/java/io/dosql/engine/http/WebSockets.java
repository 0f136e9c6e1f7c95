package io.dosql.engine.http;

import io.dosql.engine.hrana.HranaService;
import io.dosql.engine.session.Durability;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** All WebSockets of the pod, and what each of them needs. Thread safe. */
public final class WebSockets implements AutoCloseable {

  /** How long clients may take to answer a close. */
  private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

  private static final int LOOKS = 100;

  private final HranaService hrana;
  private final Gateway gateway;
  private final Durability durability;
  private final HttpLimits httpLimits;
  private final Duration clientTimeout;
  private final Set<WebSocketConnection> open = ConcurrentHashMap.newKeySet();

  private volatile boolean isClosed;

  public WebSockets(
      HranaService hrana,
      Gateway gateway,
      Durability durability,
      HttpLimits limits,
      StreamLimits streams) {
    this.hrana = hrana;
    this.gateway = gateway;
    this.durability = durability;
    this.httpLimits = limits;
    this.clientTimeout = streams.clientTimeout();
    gateway.whenShut(this::restart);
  }

  HranaService hrana() {
    return hrana;
  }

  Durability durability() {
    return durability;
  }

  int maxMessageBytes() {
    return httpLimits.maxBodyBytes();
  }

  /** How long a client may take nothing of what waits for it. */
  Duration clientTimeout() {
    return clientTimeout;
  }

  SocketAccess access(SocketAccess.Upgrading upgrade) {
    return gateway.socketAccess(upgrade);
  }

  void opened(WebSocketConnection connection) {
    open.add(connection);
    if (isClosed) {
      connection.restart();
    }
  }

  void closed(WebSocketConnection connection) {
    open.remove(connection);
  }

  private void restart() {
    isClosed = true;
    open.forEach(WebSocketConnection::restart);
  }

  /** Has each connection finish what it was asked, and end with 1012; waits a while for that. */
  @Override
  public void close() throws InterruptedException {
    restart();
    for (int look = 0; look < LOOKS && !open.isEmpty(); look++) {
      Thread.sleep(CLOSE_MAX.dividedBy(LOOKS));
    }
  }
}
