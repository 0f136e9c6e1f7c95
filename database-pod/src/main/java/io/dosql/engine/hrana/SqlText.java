package io.dosql.engine.hrana;

/** Where a request's SQL comes from. */
sealed interface SqlText {

  /** Sent with the request. */
  record Inline(String sql) implements SqlText {}

  /** Stored on the stream before, by {@code store_sql}. */
  record Stored(int id) implements SqlText {}
}
