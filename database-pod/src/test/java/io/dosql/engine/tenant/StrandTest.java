package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StrandTest {

  @Test
  void jobsRunOneAfterAnotherInOrder() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      Strand strand = new Strand(pool);
      List<Integer> order = Collections.synchronizedList(new ArrayList<>());
      List<CompletableFuture<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        int number = i;
        all.add(
            strand.submit(
                () -> {
                  order.add(number);
                  return number;
                }));
      }
      for (int i = 0; i < all.size(); i++) {
        assertThat(all.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(i);
        assertThat(order.get(i)).isEqualTo(i);
      }
    }
  }

  @Test
  void aJobThatFailsDoesNotStopTheNext() throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Strand strand = new Strand(pool);
      CompletableFuture<Integer> failing =
          strand.submit(
              () -> {
                throw new StackOverflowError("pretended");
              });
      assertThat(strand.submit(() -> 2).get(60, TimeUnit.SECONDS)).isEqualTo(2);
      assertThatThrownBy(failing::get).hasCauseInstanceOf(StackOverflowError.class);
    }
  }

  @Test
  void jobsThatThePoolTakesNoMoreFailInsteadOfWaitingForEver() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    Strand strand = new Strand(pool);
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<Integer> first =
        strand.submit(
            () -> {
              running.countDown();
              assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
              return 1;
            });
    CompletableFuture<Integer> second = strand.submit(() -> 2);
    assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
    pool.shutdown();
    goOn.countDown();
    assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    assertThatThrownBy(() -> second.get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RejectedExecutionException.class);
    assertThatThrownBy(() -> strand.submit(() -> 3).get(60, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RejectedExecutionException.class);
  }
}
