package io.dosql.engine.http;

import io.dosql.engine.session.Client;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A request as it arrived, its body not read yet.
 *
 * @param path not decoded, without the query
 * @param query not decoded, without the question mark; empty if there is none
 * @param headers gives a header's value by its name, or null
 * @param client who waits for the answer
 * @param responder for answers that are too large to be whole
 */
record Call(
    Surface surface,
    String method,
    String path,
    String query,
    UnaryOperator<@Nullable String> headers,
    Body body,
    Client client,
    Responder responder) {

  /** A body that is still on its way. */
  interface Body {

    /** Length that the request states, or -1. */
    long statedLength();

    /**
     * Waits for all of it; at most once.
     *
     * @throws io.dosql.engine.error.DosqlException PAYLOAD_TOO_LARGE, TIMEOUT, or INVALID_REQUEST
     *     if it ends before its end
     */
    byte[] read();
  }

  /** This call, whose {@link #responder} adds a header to the answer. */
  Call withAnswerHeader(String name, String value) {
    return new Call(
        surface,
        method,
        path,
        query,
        headers,
        body,
        client,
        (mediaType, more) -> {
          Map<String, String> all = new TreeMap<>(more);
          all.put(name, value);
          return responder.begin(mediaType, all);
        });
  }

  @Nullable String header(String name) {
    return headers.apply(name);
  }
}
