package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The other side of a {@link HranaSocket}: its client, and who lets it in. Thread safe. */
public interface SocketPeer {

  /** Frees what {@link #enter} took. */
  interface Admission extends AutoCloseable {
    @Override
    void close();
  }

  /** Work that is done for this client, with its name in what is logged meanwhile. */
  Runnable named(Runnable work);

  /**
   * Whose streams the client may open.
   *
   * @param jwt of its hello; null if it relies on what came with the upgrade
   * @throws DosqlException UNAUTHORIZED or FORBIDDEN
   */
  StreamOwner authenticate(@Nullable String jwt);

  /**
   * Lets one request in, as if it had come over HTTP.
   *
   * @throws DosqlException RESOURCE_EXHAUSTED, or CONNECTION_ERROR while the pod stops
   */
  Admission enter();

  /**
   * Sends the answer to one message. Waits while the client has too much that it has not taken.
   *
   * @param code of the failure that it tells of; OK if none
   */
  void answer(ByteBuffer message, String code);

  /** Ends the connection, by a code of RFC 6455 or one of our own, after what was sent before. */
  void close(int code, String reason);
}
