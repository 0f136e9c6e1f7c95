package io.dosql.engine.session;

import java.time.Duration;

/**
 * What a session may do.
 *
 * @param mayWrite false for a token of role {@code ro}: writes fail with TXN_READ_ONLY_VIOLATION
 * @param statementTimeout longest run of one statement, then TIMEOUT
 * @param lockTimeout longest wait for the tenant's writer, then TXN_LOCK_TIMEOUT
 * @param transactionTimeout longest life of an interactive transaction, then it is rolled back and
 *     its next call fails with TXN_TIMEOUT
 * @param durability what answers of the database wait for, unless a request asks for more
 */
public record SessionOptions(
    boolean mayWrite,
    Duration statementTimeout,
    Duration lockTimeout,
    Duration transactionTimeout,
    Durability durability) {

  /** A writing session with the default limits. */
  public static final SessionOptions DEFAULT =
      new SessionOptions(
          true, Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(30));

  /** The most that a request may ask for as its {@link #transactionTimeout}. */
  public static final Duration TRANSACTION_TIMEOUT_MAX = Duration.ofMinutes(2);

  /** The most that a request may ask for as its {@link #lockTimeout}. */
  public static final Duration LOCK_TIMEOUT_MAX = Duration.ofSeconds(30);

  /** As long as a client may take for the rows of one statement that are streamed to it. */
  public static final Duration STREAM_TIME_MAX = Duration.ofMinutes(10);

  /** These, but for the time that a statement may take. */
  public SessionOptions withStatementTimeout(Duration timeout) {
    return new SessionOptions(mayWrite, timeout, lockTimeout, transactionTimeout, durability);
  }

  /** With strict durability. */
  public SessionOptions(
      boolean mayWrite,
      Duration statementTimeout,
      Duration lockTimeout,
      Duration transactionTimeout) {
    this(mayWrite, statementTimeout, lockTimeout, transactionTimeout, Durability.STRICT);
  }

  /** The same for a token that may write, or not. */
  public SessionOptions withMayWrite(boolean allowed) {
    return new SessionOptions(
        allowed, statementTimeout, lockTimeout, transactionTimeout, durability);
  }

  /** The same with another durability. */
  public SessionOptions withDurability(Durability level) {
    return new SessionOptions(mayWrite, statementTimeout, lockTimeout, transactionTimeout, level);
  }
}
