package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The other side of a {@link HranaSocket}: its client, and who lets it in. Thread safe. */
public interface SocketPeer {

  /** Frees what {@link #enter} took. */
  interface Admission extends AutoCloseable {
    @Override
    void close();
  }

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
   * What is known of an answer besides its bytes.
   *
   * @param code of the failure that it tells of; OK if none
   * @param nanos from the message to its answer
   * @param messageBytes size of the message that it answers
   * @param whenSent to be run once, when the answer has been sent or given up
   */
  record Answered(String code, long nanos, int messageBytes, Runnable whenSent) {}

  /** What log lines about the connection say of it, by their names. */
  Map<String, String> logFields();

  /** Sends the answer to one message. Waits while the client has too much that it has not taken. */
  void answer(ByteBuffer message, Answered answered);

  /** Ends the connection, by a code of RFC 6455 or one of our own, after what was sent before. */
  void close(int code, String reason);
}
