package io.dosql.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.prometheus.client.CollectorRegistry;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** What the log says of those who are refused, and how much of it. */
class FailureGuardTest {

  private static final String SECRET = "eyJhbGciOiJub25lIn0.c2VjcmV0.";

  private final SetClock clock = new SetClock();
  private final Logger logger = (Logger) LoggerFactory.getLogger(FailureGuard.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final CollectorRegistry registry = new CollectorRegistry(true);
  private final FailureGuard guard =
      new FailureGuard(AuthLimits.DEFAULT, clock::nanoTime, registry);

  /** Knows nobody. */
  private static final Authenticator NOBODY =
      new Authenticator() {
        @Override
        public Principal authenticateToken(String token) {
          throw new DosqlException(ErrorCode.UNAUTHORIZED, "The token's signature is not good.");
        }

        @Override
        public @Nullable Principal remembered(@Nullable String authorization) {
          return null;
        }
      };

  @BeforeEach
  void listen() {
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(logged);
  }

  private DosqlException refusal(String address) throws Exception {
    InetAddress client = InetAddress.getByName(address);
    return catchThrowableOfType(
        DosqlException.class, () -> guard.admit(NOBODY, "Bearer " + SECRET, client));
  }

  private static List<KeyValuePair> pairs(ILoggingEvent line) {
    return line.getKeyValuePairs();
  }

  @Test
  void manyRefusals_areCountedAllAndLoggedAFewTimes() throws Exception {
    for (int i = 0; i < 5_000; i++) {
      DosqlException _ = refusal("10.0.%d.%d".formatted(i / 250, i % 250));
    }
    assertThat(logged.list).hasSize(10);
    assertThat(
            registry.getSampleValue(
                "dosql_auth_failures_total", new String[] {"code"}, new String[] {"UNAUTHORIZED"}))
        .isEqualTo(5_000);

    clock.advance(AuthLimits.DEFAULT.failureLogInterval());
    for (int i = 0; i < 100; i++) {
      DosqlException _ = refusal("10.1.0." + i);
    }
    assertThat(logged.list).hasSize(11);
    // The line says how many there are that the log does not have.
    assertThat(pairs(logged.list.getLast()))
        .anyMatch(pair -> pair.key.equals("unlogged") && pair.value.equals(4_990L));
  }

  @Test
  void refusal_isLoggedWithItsAddressAndWithoutTheToken() throws Exception {
    DosqlException _ = refusal("192.0.2.7");
    ILoggingEvent line = logged.list.getFirst();
    assertThat(line.getFormattedMessage()).contains("signature").doesNotContain(SECRET, "eyJ");
    assertThat(line.getThrowableProxy()).isNull();
    assertThat(pairs(line).toString())
        .contains("192.0.2.7", "UNAUTHORIZED")
        .doesNotContain(SECRET, "eyJ");
  }

  @Test
  void failuresOfAnAddress_areForgivenOneByOne() throws Exception {
    for (int i = 0; i < AuthLimits.DEFAULT.failureBurst(); i++) {
      assertThat(refusal("192.0.2.7").code()).isEqualTo(ErrorCode.UNAUTHORIZED);
    }
    DosqlException refused = refusal("192.0.2.7");
    assertThat(refused.code()).isEqualTo(ErrorCode.RATE_LIMITED);
    assertThat(refused.retryAfter()).isEqualTo(AuthLimits.DEFAULT.failureInterval());
    assertThat(refusal("192.0.2.8").code()).isEqualTo(ErrorCode.UNAUTHORIZED);
    clock.advance(AuthLimits.DEFAULT.failureInterval());
    assertThat(refusal("192.0.2.7").code()).isEqualTo(ErrorCode.UNAUTHORIZED);
    assertThat(refusal("192.0.2.7").code()).isEqualTo(ErrorCode.RATE_LIMITED);
  }

  @Test
  void networkOfIpv6_isOneClient() throws Exception {
    for (int i = 0; i < AuthLimits.DEFAULT.failureBurst(); i++) {
      DosqlException _ = refusal("2001:db8:1:2::" + Integer.toHexString(i));
    }
    assertThat(refusal("2001:db8:1:2:ffff::1").code()).isEqualTo(ErrorCode.RATE_LIMITED);
    assertThat(refusal("2001:db8:1:3::1").code()).isEqualTo(ErrorCode.UNAUTHORIZED);
  }
}
