package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.http.RawConnection.Answer;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a client of HTTP/1.1 may take its time for. What a test sends is made before it connects,
 * from when on its time runs.
 */
class ConnectionTimesTest {

  private static final Duration BODY = Duration.ofMillis(500);
  private static final Duration IDLE = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir
  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path folder;

  private PodUnderTest podWithBodyTimeout() throws Exception {
    return pod(BODY, PATIENCE);
  }

  private PodUnderTest podWithIdleTimeout() throws Exception {
    return pod(PATIENCE, IDLE);
  }

  private PodUnderTest pod(Duration body, Duration idle) throws Exception {
    HttpLimits usual = HttpLimits.DEFAULT;
    return new PodUnderTest(
        folder,
        new HttpLimits(
            usual.maxConnections(),
            usual.maxConcurrentRequests(),
            usual.maxBodyBytes(),
            usual.maxBufferedBytes(),
            usual.maxHeaderBytes(),
            usual.maxRequestLineBytes(),
            body,
            idle,
            usual.maxStatements(),
            usual.maxResultBytes(),
            usual.maxResultRows(),
            usual.maxConcurrentRequestsPerTenant()));
  }

  private static String head(PodUnderTest pod, String more) {
    return RawConnection.head(pod, "POST", "/db/t1/query", more);
  }

  @Test
  void slowBody_isRefusedWhenItsTimeIsOver() throws Exception {
    try (PodUnderTest pod = podWithBodyTimeout()) {
      String begun = head(pod, "Content-Length: 14\r\n") + "{\"sql\"";
      try (RawConnection connection = new RawConnection(pod.port())) {
        connection.send(begun);
        Answer answer = connection.answer();
        assertThat(answer.status()).isEqualTo(408);
        assertThat(answer.body()).contains("TIMEOUT").contains("bodyTimeout");
        assertThat(connection.isClosedByServer()).isTrue();
      }
      assertThat(pod.sessions.executed).isEmpty();
    }
  }

  @Test
  void bodySentByteByByte_hasNoMoreTimeThanAnyOther() throws Exception {
    try (PodUnderTest pod = podWithBodyTimeout()) {
      String head = head(pod, "Content-Length: 1000\r\n");
      try (RawConnection connection = new RawConnection(pod.port())) {
        connection.send(head);
        assertThat(sentSlowly(connection, "x".repeat(1_000))).isLessThan(1_000);
      }
      assertThat(pod.sessions.executed).isEmpty();
    }
  }

  @Test
  void idleConnection_isClosed() throws Exception {
    try (PodUnderTest pod = podWithIdleTimeout()) {
      String query = RawConnection.query(pod, "echo");
      try (RawConnection connection = new RawConnection(pod.port())) {
        connection.send(query);
        assertThat(connection.answer().status()).isEqualTo(200);
        assertThat(connection.isClosedByServer()).isTrue();
      }
    }
  }

  @Test
  void headThatNeverEnds_isClosed() throws Exception {
    try (PodUnderTest pod = podWithIdleTimeout();
        RawConnection connection = new RawConnection(pod.port())) {
      connection.send("GET /health/live HTTP/1.1\r\nHost");
      assertThat(connection.isClosedByServer()).isTrue();
    }
  }

  @Test
  void headSentByteByByte_hasNoMoreTimeThanAnyOther() throws Exception {
    try (PodUnderTest pod = podWithIdleTimeout()) {
      String whole = head(pod, "X-Filler: " + "x".repeat(200) + "\r\n");
      String most = whole.substring(0, whole.length() - 4);
      try (RawConnection connection = new RawConnection(pod.port())) {
        assertThat(sentSlowly(connection, most)).isLessThan(most.length());
      }
      assertThat(pod.sessions.executed).isEmpty();
    }
  }

  /** How many of the bytes could be sent, one after the other, until the server has closed. */
  private static int sentSlowly(RawConnection connection, String bytes) throws Exception {
    int sent = 0;
    try {
      for (; sent < bytes.length(); sent++) {
        connection.send(bytes.substring(sent, sent + 1));
        Thread.sleep(50);
      }
    } catch (SocketException closed) {
      // As it should be.
    }
    return sent;
  }

  @Test
  void connectionThatWaitsForItsAnswer_isNotIdle() throws Exception {
    try (PodUnderTest pod = podWithIdleTimeout()) {
      String query = RawConnection.query(pod, "BLOCK");
      try (RawConnection connection = new RawConnection(pod.port())) {
        connection.send(query);
        assertThat(pod.sessions.blocked.await(60, TimeUnit.SECONDS)).isTrue();
        Thread.sleep(IDLE.plusMillis(500));
        pod.sessions.release.countDown();
        assertThat(connection.answer().status()).isEqualTo(200);
      }
    }
  }
}
