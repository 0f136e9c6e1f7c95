package io.dosql.engine.log;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when a write or sync of the log fails: see {@link FatalErrorHandler}. Thread safe.
 */
final class LogFailure implements Consumer<Throwable> {

  private static final Logger LOG = LoggerFactory.getLogger(LogFailure.class);

  private final FatalErrorHandler fatal;
  private volatile @Nullable AppendBuffer buffer;

  LogFailure(FatalErrorHandler fatal) {
    this.fatal = fatal;
  }

  /** Sets what has to refuse everything after a failure. */
  void bind(AppendBuffer buffer) {
    this.buffer = buffer;
  }

  @Override
  public void accept(Throwable failure) {
    @Nullable AppendBuffer bound = buffer;
    if (bound != null && !bound.fail(failure)) {
      return;
    }
    LOG.error("The commit log has failed; nothing more is acknowledged", failure);
    try {
      // Before the waiters hear of it: a process that ends here has not answered anything wrong.
      fatal.handle(failure);
    } finally {
      if (bound != null) {
        bound.failWaiters(failure);
      }
    }
  }
}
