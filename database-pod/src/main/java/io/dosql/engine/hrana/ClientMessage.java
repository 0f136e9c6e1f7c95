package io.dosql.engine.hrana;

import org.jspecify.annotations.Nullable;

/** What a client sends over a WebSocket. */
sealed interface ClientMessage {

  /**
   * Says who the client is; also again later, with a newer token.
   *
   * @param jwt null if it relies on the token that came with the upgrade
   */
  record Hello(@Nullable String jwt) implements ClientMessage {}

  /**
   * Asks for something.
   *
   * @param id the client's own; its answer has the same
   */
  record Request(int id, SocketRequest request) implements ClientMessage {}
}
