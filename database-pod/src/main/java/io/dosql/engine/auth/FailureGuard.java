package io.dosql.engine.auth;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets clients in by their tokens, counts and logs who is refused, and bounds how often one address
 * may fail: beyond that its tokens are not even checked, except those that are remembered as good,
 * so that whoever shares an address with a fool keeps working. Thread safe.
 */
public final class FailureGuard {

  private static final Logger LOG = LoggerFactory.getLogger(FailureGuard.class);
  private static final int LOG_BURST = 10;

  /** What a network of IPv6 has at least; its owner has all addresses in it. */
  private static final int IPV6_NETWORK_BYTES = 8;

  private final Buckets failures;
  private final TokenBucket lines;
  private final AtomicLong unlogged = new AtomicLong();
  private final LongSupplier nanoTime;
  private final Counter refused;

  public FailureGuard(AuthLimits limits, LongSupplier nanoTime, CollectorRegistry registry) {
    this.nanoTime = nanoTime;
    this.failures =
        new Buckets(
            new Rate(limits.failureBurst(), limits.failureInterval()), limits.maxFailureClients());
    this.lines =
        new TokenBucket(new Rate(LOG_BURST, limits.failureLogInterval()), nanoTime.getAsLong());
    this.refused =
        Counter.build("dosql_auth_failures_total", "Requests refused for their token, by code.")
            .labelNames("code")
            .register(registry);
  }

  /**
   * Who asks.
   *
   * @param client the address it comes from; null if that is not known
   * @throws DosqlException as {@link Authenticator#authenticate}, and RATE_LIMITED
   */
  public Principal admit(
      Authenticator authenticator, @Nullable String authorization, @Nullable InetAddress client) {
    Principal known = authenticator.remembered(authorization);
    if (known != null) {
      return known;
    }
    long now = nanoTime.getAsLong();
    TokenBucket bucket = client == null ? null : failures.of(network(client), now);
    long wait = bucket == null ? 0 : bucket.nanosUntilOne(now);
    if (wait > 0) {
      throw refused(
          new DosqlException(
                  ErrorCode.RATE_LIMITED,
                  "Too many requests from this address had no good token (failureBurst).")
              .withRetryAfter(Duration.ofNanos(wait)),
          client);
    }
    try {
      return authenticator.authenticate(authorization);
    } catch (DosqlException failure) {
      if (bucket != null && failure.code() == ErrorCode.UNAUTHORIZED) {
        bucket.take(now);
      }
      throw refused(failure, client);
    }
  }

  /** Counts and logs a refusal, also one for what a good token does not allow; gives it back. */
  public DosqlException refused(DosqlException failure, @Nullable InetAddress client) {
    refused.labels(failure.code().name()).inc();
    if (lines.take(nanoTime.getAsLong()).granted()) {
      LOG.atWarn()
          .addKeyValue("code", failure.code().name())
          .addKeyValue("client", client == null ? "unknown" : client.getHostAddress())
          .addKeyValue("unlogged", unlogged.getAndSet(0))
          .log("Refused a request: {}", failure.getMessage());
    } else {
      unlogged.incrementAndGet();
    }
    return failure;
  }

  private static String network(InetAddress client) {
    return client instanceof Inet6Address
        ? HexFormat.of().formatHex(Arrays.copyOf(client.getAddress(), IPV6_NETWORK_BYTES))
        : client.getHostAddress();
  }
}
