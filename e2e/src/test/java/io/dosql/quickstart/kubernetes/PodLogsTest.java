package io.dosql.quickstart.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code kubectl logs} asks for. */
class PodLogsTest {

  private final HttpClient http = HttpClient.newHttpClient();
  private Path log = Path.of("");
  private EmbeddedKubernetes kubernetes;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    log = folder.resolve("pod.log");
    Files.writeString(log, "one\ntwo\nthree\n");
    kubernetes =
        EmbeddedKubernetes.start(
            folder.resolve("api"), 0, (_, _) -> Optional.of(log), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    kubernetes.close();
    http.shutdownNow();
  }

  private HttpRequest request(String query) {
    return HttpRequest.newBuilder(
            kubernetes.url().resolve("/api/v1/namespaces/default/pods/p/log" + query))
        .build();
  }

  private HttpResponse<String> get(String query) throws IOException, InterruptedException {
    return http.send(request(query), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void wholeLogOrItsLastLines() throws Exception {
    assertThat(get("").body()).isEqualTo("one\ntwo\nthree\n");
    assertThat(get("?tailLines=2").body()).isEqualTo("two\nthree\n");
    assertThat(get("?tailLines=0").body()).isEmpty();
    assertThat(get("?tailLines=9").body()).isEqualTo("one\ntwo\nthree\n");
  }

  @Test
  void followerGoesOnInTheLogThatReplacesAFullOne() throws Exception {
    HttpResponse<InputStream> response =
        http.send(request("?follow=true&tailLines=1"), HttpResponse.BodyHandlers.ofInputStream());
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    Thread reader = Thread.ofVirtual().start(() -> read(response.body(), lines));
    try {
      assertThat(lines.poll(60, TimeUnit.SECONDS)).isEqualTo("three");

      Files.writeString(log, "one\ntwo\nthree\nfour\n");
      assertThat(lines.poll(60, TimeUnit.SECONDS)).isEqualTo("four");

      Files.move(log, log.resolveSibling("pod.log.1"));
      Files.writeString(log, "five\n");
      assertThat(lines.poll(60, TimeUnit.SECONDS)).isEqualTo("five");
    } finally {
      kubernetes.close();
    }
    await().atMost(Duration.ofSeconds(60)).until(() -> !reader.isAlive());
  }

  private static void read(InputStream body, BlockingQueue<String> lines) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
      reader.lines().forEach(lines::add);
    } catch (IOException | java.io.UncheckedIOException e) {
      // The server was stopped.
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"?previous=true", "?timestamps=true", "?sinceSeconds=1", "?limitBytes=1"})
  void whatIsNotSupportedIsRefused(String query) throws Exception {
    HttpResponse<String> response = get(query);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("is not supported by the embedded API");
  }
}
