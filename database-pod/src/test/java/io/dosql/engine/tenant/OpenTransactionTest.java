package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class OpenTransactionTest {

  private static final long BEGAN = -7;

  private final Logger logger = (Logger) LoggerFactory.getLogger(OpenTransaction.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @BeforeEach
  void listen() {
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(logged);
    MDC.clear();
  }

  @Test
  void aTransactionOpenForLongIsToldOfOnce() {
    MDC.put("requestId", "r-1");
    OpenTransaction open = new OpenTransaction("write", BEGAN);
    MDC.clear();
    TenantName tenant = TenantName.parse("t1");
    open.warnIfLong(tenant, BEGAN + TimeUnit.SECONDS.toNanos(5));
    assertThat(logged.list).isEmpty();
    open.warnIfLong(tenant, BEGAN + TimeUnit.MILLISECONDS.toNanos(5_100));
    open.warnIfLong(tenant, BEGAN + TimeUnit.SECONDS.toNanos(20));
    assertThat(logged.list).hasSize(1);
    assertThat(logged.list.getFirst().getLevel()).isEqualTo(Level.WARN);
    assertThat(logged.list.getFirst().getFormattedMessage())
        .contains("write transaction", "t1", "r-1", "5100 ms");
  }
}
