package io.dosql.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Every mistake that would end the JVM in C is an exception here. */
class OwnershipTest {

  private static void assertRefused(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(message);
  }

  /** Runs on another thread, and throws what it threw. */
  private static void elsewhere(Runnable call) {
    try {
      CompletableFuture.runAsync(call).orTimeout(60, TimeUnit.SECONDS).join();
    } catch (CompletionException failure) {
      if (failure.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failure;
    }
  }

  @Test
  void aClosedConnectionRefusesEverythingAndClosesAgain() {
    SqliteConnection sqlite = SqliteConnection.openInMemory();
    SqliteStatement statement = sqlite.prepare("SELECT 1");
    SqlScript script = sqlite.script("SELECT 1");
    sqlite.close();
    sqlite.close();
    List<Runnable> uses =
        List.of(
            () -> sqlite.prepare("SELECT 1"),
            () -> sqlite.preparePersistent("SELECT 1"),
            () -> sqlite.script("SELECT 1"),
            () -> sqlite.execute("SELECT 1"),
            sqlite::isAutocommit,
            sqlite::transactionState,
            sqlite::holdsSnapshot,
            sqlite::changes,
            sqlite::totalChanges,
            sqlite::lastInsertRowid,
            () -> sqlite.setLastInsertRowid(1),
            () -> sqlite.busyTimeout(Duration.ZERO),
            () -> sqlite.limit(Limit.LENGTH),
            () -> sqlite.limit(Limit.LENGTH, 1),
            () -> sqlite.configure(DbConfig.DEFENSIVE, true),
            () -> sqlite.checkpoint(CheckpointMode.PASSIVE),
            () -> sqlite.setAuthorizer(null),
            () -> sqlite.setProgressHandler(1, null),
            () -> sqlite.setCommitHook(null),
            () -> sqlite.setRollbackHook(null),
            () -> sqlite.setWalHook(null),
            sqlite::claim);
    for (Runnable use : uses) {
      assertRefused(use, "the connection is closed");
    }
    try (SqliteConnection other = SqliteConnection.openInMemory()) {
      assertRefused(() -> sqlite.backupTo(other, 1, (r, t, b) -> true), "closed");
      assertRefused(() -> other.backupTo(sqlite, 1, (r, t, b) -> true), "closed");
      other.execute("SELECT 1");
    }
    assertRefused(statement::step, "the statement is closed");
    assertRefused(script::next, "closed");
    assertThatCode(statement::close).doesNotThrowAnyException();
    assertThatCode(script::close).doesNotThrowAnyException();
    assertThatCode(sqlite::interrupt).doesNotThrowAnyException();
  }

  @Test
  void aStatementOnARowOutlivesItsConnectionHarmlessly() {
    SqliteConnection sqlite = SqliteConnection.openInMemory();
    SqliteStatement statement = sqlite.prepare("SELECT 'text' UNION ALL SELECT 'more'");
    assertThat(statement.step()).isTrue();
    sqlite.close();
    assertRefused(() -> statement.text(0), "the statement is closed");
    assertRefused(statement::reset, "the statement is closed");
    statement.close();
  }

  @Test
  void aConnectionMovesBetweenThreadsBetweenCalls() {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      sqlite.execute("CREATE TABLE t (v)");
      for (int i = 0; i < 10; i++) {
        elsewhere(() -> sqlite.execute("INSERT INTO t VALUES (1)"));
      }
      assertThat(sqlite.totalChanges()).isEqualTo(10);
    }
  }

  @Test
  void aSecondThreadIsRefusedWhileOneHoldsTheConnection() {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory();
        SqliteStatement statement = sqlite.prepare("SELECT 1")) {
      try (SqliteConnection.Claim claim = sqlite.claim()) {
        assertThat(claim).isNotNull();
        for (Runnable use :
            List.<Runnable>of(
                () -> sqlite.execute("SELECT 1"),
                statement::step,
                statement::close,
                sqlite::claim,
                sqlite::close)) {
          assertRefused(() -> elsewhere(use), "in use by another thread");
        }
        assertRefused(() -> elsewhere(claim::close), "by the thread that made it");
        try (SqliteConnection.Claim nested = sqlite.claim()) {
          assertThat(nested).isNotNull();
          assertThat(statement.step()).isTrue();
        }
        assertRefused(() -> elsewhere(sqlite::claim), "in use by another thread");
      }
      elsewhere(() -> sqlite.execute("SELECT 1"));
    }
  }

  @Test
  void aClaimEndsOnce() {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      SqliteConnection.Claim claim = sqlite.claim();
      claim.close();
      try (SqliteConnection.Claim other = sqlite.claim()) {
        claim.close();
        assertThat(other).isNotNull();
        assertRefused(() -> elsewhere(sqlite::claim), "in use by another thread");
      }
    }
  }

  @Test
  void manyThreadsAtOnceAreRefusedOrServedAndNothingBreaks() throws Exception {
    AtomicInteger served = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      sqlite.execute("CREATE TABLE t (v)");
      CountDownLatch start = new CountDownLatch(1);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        start.await();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                      }
                      for (int n = 0; n < 300; n++) {
                        try (SqliteConnection.Claim claim = sqlite.claim()) {
                          assertThat(claim).isNotNull();
                          sqlite.execute("INSERT INTO t VALUES (1)");
                          served.incrementAndGet();
                        } catch (IllegalStateException inUse) {
                          refused.incrementAndGet();
                        }
                      }
                    }));
      }
      start.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(served.get() + refused.get()).isEqualTo(1200);
      assertThat(sqlite.totalChanges()).isEqualTo(served.get());
    }
  }

  @Test
  void interruptsRaceWithCloseHarmlessly() throws Exception {
    for (int i = 0; i < 200; i++) {
      SqliteConnection sqlite = SqliteConnection.openInMemory();
      Thread interrupting =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < 50; n++) {
                      sqlite.interrupt();
                    }
                  });
      sqlite.close();
      interrupting.join();
    }
  }
}
