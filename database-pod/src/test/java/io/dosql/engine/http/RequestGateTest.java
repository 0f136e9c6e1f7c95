package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestGateTest {

  private final RequestGate gate = new RequestGate(1);

  @Test
  void itIsIdleOnlyWhenAnswersAreHandedOver_butHasRoomBefore() throws Exception {
    gate.enter();
    gate.leaveToAnswer();
    assertThat(gate.inWork()).isZero();
    assertThat(gate.awaitIdle(Duration.ZERO)).isFalse();
    gate.enter();
    gate.leave();
    assertThat(gate.awaitIdle(Duration.ZERO)).isFalse();
    gate.handedOver();
    assertThat(gate.awaitIdle(Duration.ZERO)).isTrue();
  }

  @Test
  void itIsNotIdleWhileAMessageThatWasReadIsNotAnswered() throws Exception {
    gate.read();
    gate.read();
    assertThat(gate.inWork()).describedAs("none of their requests has entered").isZero();
    gate.enter(true);
    gate.leave();
    gate.answered(1);
    assertThat(gate.awaitIdle(Duration.ZERO)).isFalse();
    gate.answered(1);
    assertThat(gate.awaitIdle(Duration.ZERO)).isTrue();
  }

  @Test
  void whoWaitsIsToldOfTheLastAnswer() throws Exception {
    gate.enter();
    gate.shut();
    CompletableFuture<Boolean> idle = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                idle.complete(gate.awaitIdle(Duration.ofSeconds(30)));
              } catch (InterruptedException e) {
                idle.completeExceptionally(e);
              }
            });
    gate.leaveToAnswer();
    assertThat(idle).isNotDone();
    gate.handedOver();
    assertThat(idle.get(60, TimeUnit.SECONDS)).isTrue();
  }
}
