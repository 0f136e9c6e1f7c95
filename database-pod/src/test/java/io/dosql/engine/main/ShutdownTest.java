package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.http.PodUnderTest;
import io.dosql.engine.http.RequestGate;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShutdownTest {

  private final RequestGate gate = new RequestGate(10);
  private final List<String> closed = new CopyOnWriteArrayList<>();

  @Test
  void parts_areClosedInTheOppositeOrderOfTheirMaking() {
    Shutdown shutdown = new Shutdown(gate);
    shutdown.closeAtEnd("log", () -> closed.add("log"));
    shutdown.closeAtEnd("tenants", () -> closed.add("tenants"));
    assertThat(shutdown.run()).isTrue();
    assertThat(shutdown.run()).isTrue();
    assertThat(closed).containsExactly("tenants", "log");
    assertThat(gate.isOpen()).isFalse();
  }

  @Test
  void partThatFails_doesNotKeepTheOthersOpen() {
    Shutdown shutdown = new Shutdown(gate);
    shutdown.closeAtEnd("log", () -> closed.add("log"));
    shutdown.closeAtEnd(
        "tenants",
        () -> {
          throw new IllegalStateException("cannot");
        });
    shutdown.run();
    assertThat(closed).containsExactly("log");
  }

  @Test
  void partThatHangs_isLeftBehind() {
    CountDownLatch never = new CountDownLatch(1);
    Shutdown shutdown = new Shutdown(gate, Duration.ofMillis(10), Duration.ofMillis(100));
    shutdown.closeAtEnd("log", () -> closed.add("log"));
    shutdown.closeAtEnd("tenants", never::await);
    assertThat(shutdown.run()).isFalse();
    never.countDown();
  }

  @Test
  void requestInWork_isFinishedWhileNewOnesAreSentAway(@TempDir Path folder) throws Exception {
    try (PodUnderTest pod = new PodUnderTest(folder)) {
      CompletableFuture<HttpResponse<String>> running = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  running.complete(pod.post("/db/t1/query", "{\"sql\":\"BLOCK\"}"));
                } catch (Exception failure) {
                  running.completeExceptionally(failure);
                }
              });
      assertThat(pod.sessions.blocked.await(60, TimeUnit.SECONDS)).isTrue();
      Thread closer = Thread.ofVirtual().start(() -> pod.engine().close());
      Awaitility.await()
          .untilAsserted(() -> assertThat(pod.get("/health/ready").statusCode()).isEqualTo(503));
      HttpResponse<String> refused = pod.post("/db/t1/query", "{\"sql\":\"echo\"}");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("connection")).hasValue("close");
      assertThat(refused.body()).contains("CONNECTION_ERROR", "\"retryable\":true");
      assertThat(pod.get("/health/live").statusCode()).isEqualTo(200);
      pod.sessions.release.countDown();
      assertThat(running.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      assertThat(closer.join(Duration.ofSeconds(60))).isTrue();
    }
  }
}
