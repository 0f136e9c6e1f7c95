package io.dosql.engine.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether the data port speaks TLS.
 *
 * @param certificates null for a port without TLS
 * @param handshakeTimeout from a connection's first moment to the end of its handshake; then it is
 *     closed
 */
public record TlsSetting(@Nullable TlsCertificates certificates, Duration handshakeTimeout) {

  /** Enough for a client far away; until then a connection costs no more than its place. */
  public static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);
}
