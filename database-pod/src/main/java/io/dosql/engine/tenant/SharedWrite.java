package io.dosql.engine.tenant;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A single write, that may be one of several in a transaction so that their commits cost no more
 * than one. Whoever asked for it is told when that is committed. When it comes to nothing, because
 * of this write or of another one, all of them are run {@link #alone}, as if nothing had happened.
 *
 * @param alone runs it in a transaction of its own; may be the second try
 * @param together runs it inside a transaction that it neither begins nor ends, without telling
 *     anybody of what it does. Its result is told by {@link Together#told}, after the commit.
 *     Throws {@link CannotShareException}, before anything has happened, if it cannot. Null if that
 *     is known beforehand
 */
public record SharedWrite<T>(
    Function<TenantConnection, T> alone,
    @Nullable Function<TenantConnection, Together<T>> together) {

  /** What was done inside a transaction that is not committed yet. */
  @FunctionalInterface
  public interface Together<T> {

    /** The result, once it is committed; on the strand, throws nothing. */
    T told();
  }

  /** A write that needs a transaction of its own. */
  public static final class CannotShareException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CannotShareException() {
      super("needs a transaction of its own", null, false, false);
    }
  }
}
