package io.dosql.operator.pod;

import java.util.Optional;

/** The tokens that open the engines' admin API; called on any thread, may block on a read. */
public interface AdminTokens {

  /** Empty when the database has no Secret for it yet. */
  Optional<String> current(DatabaseKey database);

  /** The engine refused the token: read it anew at the next call. */
  void forget(DatabaseKey database);
}
