package io.dosql.engine.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for in place of a session's usual times.
 *
 * @param overall of its transaction, and at most of each of its statements and waits; null: as
 *     usual
 * @param lock of waiting for the tenant's writer, or for a reader; null: as usual
 */
public record RequestTimeouts(@Nullable Duration overall, @Nullable Duration lock) {

  /** Everything as usual. */
  public static final RequestTimeouts USUAL = new RequestTimeouts(null, null);

  /** The options with these times; a statement never has more than they give it. */
  public SessionOptions applyTo(SessionOptions options) {
    Duration transaction = overall == null ? options.transactionTimeout() : overall;
    Duration wait = lock == null ? options.lockTimeout() : lock;
    boolean isShorter = overall != null;
    return new SessionOptions(
        options.mayWrite(),
        isShorter ? shorter(options.statementTimeout(), transaction) : options.statementTimeout(),
        isShorter ? shorter(wait, transaction) : wait,
        transaction,
        options.durability());
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
