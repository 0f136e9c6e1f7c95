package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.session.Durability;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** By this header a request asks for a level of durability, and an answer says which it has. */
final class DurabilityHeader {

  static final String NAME = "X-DoSQL-Durability";

  private DurabilityHeader() {}

  /**
   * The level that the answer to a request must have.
   *
   * @param ofDatabase what it has without the header; nobody can ask for less
   */
  static Durability requested(Call call, Durability ofDatabase) {
    return requested(call.header(NAME), ofDatabase);
  }

  /** The same, by what the header says. */
  static Durability requested(@Nullable String asked, Durability ofDatabase) {
    if (asked == null) {
      return ofDatabase;
    }
    Durability level =
        switch (asked.strip().toLowerCase(Locale.ROOT)) {
          case "strict" -> Durability.STRICT;
          case "relaxed" -> Durability.RELAXED;
          default ->
              throw new DosqlException(
                  ErrorCode.INVALID_REQUEST, "The header " + NAME + " is 'strict' or 'relaxed'.");
        };
    if (level == Durability.RELAXED && ofDatabase == Durability.STRICT) {
      throw new DosqlException(
              ErrorCode.INVALID_REQUEST,
              "The durability of this database is strict; no request can have less.")
          .withSuggestion(
              "Leave the header %s out, or set spec.durability of the database to Relaxed."
                  .formatted(NAME));
    }
    return level;
  }

  /** Says in an answer which level it has. */
  static Reply on(Reply reply, Durability level) {
    return reply.with(NAME, level.text());
  }
}
