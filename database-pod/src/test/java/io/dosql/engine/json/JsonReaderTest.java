package io.dosql.engine.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class JsonReaderTest {

  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private static <T> T read(String text, Function<JsonReader, T> read) {
    return JsonReader.read(text.getBytes(StandardCharsets.UTF_8), read);
  }

  @Property(tries = 500)
  void integer_isReadExactlyOrRefused(@ForAll BigInteger number) {
    if (number.compareTo(MIN) >= 0 && number.compareTo(MAX) <= 0) {
      assertThat(read(number.toString(), JsonReader::integer)).isEqualTo(number.longValueExact());
    } else {
      assertThatThrownBy(() -> read(number.toString(), JsonReader::integer))
          .isInstanceOf(DosqlException.class)
          .hasMessageContaining("64 bits");
    }
  }

  @Property(tries = 500)
  void string_isReadAsItWasWritten(@ForAll String text) throws Exception {
    String whole = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    String json = new ObjectMapper().writeValueAsString(whole);
    assertThat(read(json, JsonReader::string)).isEqualTo(whole);
  }

  /** Whatever comes, it is read or refused with INVALID_REQUEST; nothing else is thrown. */
  @Property(tries = 1_000)
  void anyBytes_areReadOrRefused(@ForAll @Size(max = 40) byte[] bytes) {
    try {
      JsonReader.read(
          bytes,
          json -> {
            json.skip();
            return "";
          });
    } catch (DosqlException refused) {
      assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }
  }

  @Test
  void nestingBeyondTheLimit_isRefusedByName() {
    String deepest = "[".repeat(JsonReader.MAX_DEPTH) + "]".repeat(JsonReader.MAX_DEPTH);
    assertThat(read(deepest, JsonReaderTest::skip)).isTrue();
    assertThatThrownBy(() -> read("[" + deepest + "]", JsonReaderTest::skip))
        .isInstanceOf(DosqlException.class)
        .hasMessageContaining("maxJsonDepth");
  }

  @Test
  void error_namesPathLineAndColumnButNoValue() {
    assertThatThrownBy(
            () ->
                read(
                    "{\"a\":\n [1, \"secret\"]}",
                    json -> {
                      json.object(name -> json.array(json::integer));
                      return "";
                    }))
        .hasMessage(
            "At '/a/1' (line 2, column 6 of the body): must be an integer, but is a string.");
  }

  private static boolean skip(JsonReader json) {
    json.skip();
    return true;
  }
}
