package io.dosql.engine.hrana;

/**
 * Reads what clients send, in one of the protocol's encodings. Fields that the protocol does not
 * name are passed over, as it asks of servers, so that newer clients work. What is malformed fails
 * with INVALID_REQUEST, which says where. Thread safe.
 */
interface RequestReader {

  /** The body of a pipeline request. */
  Pipeline pipeline(byte[] body);

  /** The body of a cursor request. */
  CursorRequest cursor(byte[] body);

  /**
   * A message on a WebSocket.
   *
   * @throws MalformedRequestException if it is a request with a number, and otherwise wrong
   */
  ClientMessage message(byte[] message);
}
