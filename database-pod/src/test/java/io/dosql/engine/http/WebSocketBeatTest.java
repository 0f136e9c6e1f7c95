package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.hrana.Encoding;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.RequestTimeouts;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pings of a WebSocket, on an event loop whose clock the test moves. */
class WebSocketBeatTest {

  private static final WebSocketLimits LIMITS =
      new WebSocketLimits(128, 4 << 20, 1_000, Duration.ofHours(1), Duration.ofSeconds(30));

  private final EmbeddedChannel channel = new EmbeddedChannel();

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private PodUnderTest pod;

  @BeforeEach
  void begin(@TempDir Path folder) throws Exception {
    pod = new PodUnderTest(folder);
    WebSockets sockets = pod.engine().part(WebSockets.class);
    WebSocketConnection connection =
        new WebSocketConnection(
            channel,
            sockets,
            LIMITS,
            sockets.access(new SocketAccess.Upgrading("r", "t", null, null, null)),
            Encoding.JSON,
            false,
            Durability.STRICT,
            RequestTimeouts.USUAL);
    channel.freezeTime();
    channel.pipeline().addLast(connection);
    connection.begin();
  }

  @AfterEach
  void end() {
    channel.finishAndReleaseAll();
    pod.close();
  }

  private void pass(long seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
  }

  @Test
  void aClientThatAnswersStays_andOneThatDoesNotIsCutOffAtTheNextBeat() {
    pass(30);
    assertThat((Object) channel.readOutbound()).isInstanceOf(PingWebSocketFrame.class);
    channel.writeInbound(new PongWebSocketFrame());
    pass(30);
    assertThat((Object) channel.readOutbound()).isInstanceOf(PingWebSocketFrame.class);
    pass(29);
    assertThat((Object) channel.readOutbound()).isNull();
    pass(1);
    CloseWebSocketFrame close = channel.readOutbound();
    assertThat(close.statusCode()).isEqualTo(4000);
    assertThat(close.release()).isTrue();
  }

  @Test
  void afterAPodHasStoodStill_aClientHasTheWholeTimeToAnswer() {
    pass(100);
    assertThat((Object) channel.readOutbound()).isInstanceOf(PingWebSocketFrame.class);
    assertThat((Object) channel.readOutbound()).describedAs("beats that were missed").isNull();
    pass(29);
    assertThat((Object) channel.readOutbound()).isNull();
    channel.writeInbound(new PongWebSocketFrame());
    pass(1);
    assertThat((Object) channel.readOutbound()).isInstanceOf(PingWebSocketFrame.class);
  }
}
