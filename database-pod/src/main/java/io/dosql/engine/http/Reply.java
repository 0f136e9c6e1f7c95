package io.dosql.engine.http;

import io.dosql.engine.json.JsonWriter;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An answer, whole.
 *
 * @param held what is to be closed when the answer has been sent or given up: its part of the
 *     budget
 */
record Reply(
    int status,
    String contentType,
    ByteBuffer body,
    Map<String, String> headers,
    @Nullable AutoCloseable held) {

  /** Says that the answer has been sent by the call's {@link Responder}. */
  static final Reply STREAMED = new Reply(200, "", ByteBuffer.allocate(0), Map.of());

  /** Exactly this: some clients compare the text. */
  static final String JSON = "application/json";

  Reply {
    headers = Map.copyOf(headers);
  }

  Reply(int status, String contentType, ByteBuffer body, Map<String, String> headers) {
    this(status, contentType, body, headers, null);
  }

  /** Whether this is {@link #STREAMED}. */
  boolean isStreamed() {
    return contentType.isEmpty();
  }

  static Reply json(int status, ByteBuffer body) {
    return new Reply(status, JSON, body, Map.of());
  }

  static Reply json(int status, JsonWriter body) {
    return json(status, body.toBuffer());
  }

  Reply with(String header, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(header, value);
    return new Reply(status, contentType, body, more, held);
  }

  Reply with(Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(headers);
    all.putAll(more);
    return new Reply(status, contentType, body, all, held);
  }

  /** This answer, which keeps {@code part} of a budget until it has been sent. */
  Reply holding(AutoCloseable part) {
    return new Reply(status, contentType, body, headers, part);
  }
}
