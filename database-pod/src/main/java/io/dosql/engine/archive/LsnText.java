package io.dosql.engine.archive;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Reads an LSN, which is a string of decimal digits in JSON, because many readers would round a
 * number. The documents' mapper turns no strings into numbers by itself, so that nothing else
 * passes for one.
 */
final class LsnText extends StdDeserializer<Long> {

  private static final long serialVersionUID = 1L;
  private static final Pattern LSN = Pattern.compile("0|[1-9][0-9]{0,18}");

  LsnText() {
    super(long.class);
  }

  @Override
  public Long deserialize(JsonParser json, DeserializationContext context) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_STRING && LSN.matcher(json.getText()).matches()) {
      try {
        return Long.valueOf(json.getText());
      } catch (NumberFormatException beyond64Bits) {
        // Told below, together with what is no number at all.
      }
    }
    return context.reportInputMismatch(this, "an LSN must be a string of decimal digits");
  }
}
