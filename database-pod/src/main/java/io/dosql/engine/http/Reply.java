package io.dosql.engine.http;

import io.dosql.engine.json.JsonWriter;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/** An answer, whole. */
record Reply(int status, String contentType, ByteBuffer body, Map<String, String> headers) {

  /** Exactly this: some clients compare the text. */
  static final String JSON = "application/json";

  Reply {
    headers = Map.copyOf(headers);
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
    return new Reply(status, contentType, body, more);
  }
}
