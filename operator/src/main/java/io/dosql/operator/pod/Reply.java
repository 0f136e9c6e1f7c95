package io.dosql.operator.pod;

import java.util.Optional;
import java.util.function.Function;

/** What came of one request to the engine. */
public sealed interface Reply<T> {

  /** The engine answered. */
  record Ok<T>(T value) implements Reply<T> {}

  /** The engine refused the request; repeating it unchanged may not help. */
  record Refused<T>(int httpStatus, EngineError error) implements Reply<T> {}

  /** No answer that could be understood; the message says why, without anything that varies. */
  record Unavailable<T>(String message) implements Reply<T> {}

  default Optional<T> answer() {
    return this instanceof Ok<T> ok ? Optional.of(ok.value()) : Optional.empty();
  }

  /** The reply with another value; what is not {@link Ok} stays as it is. */
  default <U> Reply<U> map(Function<T, U> change) {
    return switch (this) {
      case Ok<T> ok -> new Ok<>(change.apply(ok.value()));
      case Refused<T> refused -> new Refused<>(refused.httpStatus(), refused.error());
      case Unavailable<T> unavailable -> new Unavailable<>(unavailable.message());
    };
  }
}
