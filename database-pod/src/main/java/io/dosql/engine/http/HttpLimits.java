package io.dosql.engine.http;

import java.time.Duration;

/**
 * Bounds of the HTTP surface. An error that one of them causes names it.
 *
 * @param maxConnections open connections of both ports; one more is closed at once
 * @param maxConcurrentRequests requests in work, health and metrics not counted
 * @param maxBodyBytes a request's body
 * @param maxBufferedBytes bodies of all requests in work together
 * @param maxHeaderBytes all headers of a request
 * @param maxRequestLineBytes method, path and version
 * @param bodyTimeout from a request's head to the end of its body
 * @param idleTimeout a connection without a request is closed after it; so is one whose next
 *     request's head is not complete by then
 * @param maxStatements statements in a batch
 * @param maxResultBytes results of one request, encoded
 * @param maxResultRows rows in the results of one request
 * @param maxConcurrentRequestsPerTenant requests in work for one tenant
 */
public record HttpLimits(
    int maxConnections,
    int maxConcurrentRequests,
    int maxBodyBytes,
    long maxBufferedBytes,
    int maxHeaderBytes,
    int maxRequestLineBytes,
    Duration bodyTimeout,
    Duration idleTimeout,
    int maxStatements,
    long maxResultBytes,
    long maxResultRows,
    int maxConcurrentRequestsPerTenant) {

  public static final HttpLimits DEFAULT =
      new HttpLimits(
          10_000,
          1_000,
          16 << 20,
          64 << 20,
          16 << 10,
          4 << 10,
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          10_000,
          16 << 20,
          100_000,
          500);

  public HttpLimits {
    if (maxConcurrentRequestsPerTenant < 1) {
      throw new IllegalArgumentException("Every limit must be at least 1");
    }
    if (maxConnections < 1 || maxConcurrentRequests < 1 || maxStatements < 1 || maxBodyBytes < 1) {
      throw new IllegalArgumentException("Every limit must be at least 1");
    }
    if (maxBufferedBytes < maxBodyBytes) {
      throw new IllegalArgumentException("maxBufferedBytes must hold at least one largest body");
    }
    if (!bodyTimeout.isPositive() || !idleTimeout.isPositive()) {
      throw new IllegalArgumentException("Timeouts must be positive");
    }
  }

  /** These, with what one tenant's clients may take. */
  public HttpLimits withTenantLimits(int concurrentRequests, long resultBytes, long resultRows) {
    return new HttpLimits(
        maxConnections,
        maxConcurrentRequests,
        maxBodyBytes,
        maxBufferedBytes,
        maxHeaderBytes,
        maxRequestLineBytes,
        bodyTimeout,
        idleTimeout,
        maxStatements,
        resultBytes,
        resultRows,
        concurrentRequests);
  }

  /** These, with other bounds of memory. */
  public HttpLimits withMemory(int bodyBytes, long bufferedBytes, long resultBytes) {
    return new HttpLimits(
        maxConnections,
        maxConcurrentRequests,
        bodyBytes,
        bufferedBytes,
        maxHeaderBytes,
        maxRequestLineBytes,
        bodyTimeout,
        idleTimeout,
        maxStatements,
        resultBytes,
        maxResultRows,
        maxConcurrentRequestsPerTenant);
  }
}
