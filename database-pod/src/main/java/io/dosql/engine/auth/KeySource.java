package io.dosql.engine.auth;

import io.dosql.engine.auth.VerificationKeys.VerificationKey;
import org.jspecify.annotations.Nullable;

/** Where the keys of one issuer come from. Thread safe. */
interface KeySource {

  /**
   * The key of this id; null if the issuer has none. May wait, in bounded time, for keys that are
   * fetched.
   *
   * @throws io.dosql.engine.error.DosqlException CONNECTION_ERROR if no keys could be had yet
   */
  @Nullable VerificationKey find(String id);

  /** Whether the key is still one of the issuer's, as far as is known; never waits. */
  boolean holds(VerificationKey key);
}
