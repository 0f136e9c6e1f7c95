package io.dosql.engine.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** Jackson, as the oracle, must read what the writer writes. */
class JsonWriterTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static String text(JsonWriter json) {
    return StandardCharsets.UTF_8.decode(json.toBuffer()).toString();
  }

  @Property(tries = 300)
  void anyText_isReadBackAsItWas(@ForAll String text) throws Exception {
    String whole = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    JsonNode read = JSON.readTree(text(new JsonWriter().value(whole)));
    assertThat(read.asText()).isEqualTo(whole);
  }

  @Property(tries = 300)
  void anyInteger_isWrittenExactly(@ForAll long number) throws Exception {
    assertThat(JSON.readTree(text(new JsonWriter().value(number))).longValue()).isEqualTo(number);
  }

  @Test
  void integersOfAllLengths_areWrittenExactly() {
    List<Long> numbers = new ArrayList<>(List.of(0L, Long.MIN_VALUE, Long.MAX_VALUE));
    for (long power = 1; power > 0 && power <= Long.MAX_VALUE / 10; power *= 10) {
      numbers.addAll(List.of(power - 1, power, power * 10, -power, 1 - power, -power * 10));
    }
    for (long number : numbers) {
      assertThat(text(new JsonWriter().value(number))).isEqualTo(Long.toString(number));
      assertThat(text(new JsonWriter().quotedValue(number))).isEqualTo("\"" + number + "\"");
    }
  }

  @Property(tries = 300)
  void anyBytesOfText_areReadBackAsTheTextThatTheyAre(@ForAll byte[] bytes) throws Exception {
    assertIsTextOf(bytes);
  }

  @Property(tries = 300)
  void asciiBytes_areReadBackAsTheyWere(
      @ForAll @CharRange(from = '\0', to = '\u007f') @StringLength(max = 40) String text)
      throws Exception {
    assertIsTextOf(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Each byte in each place of plain text, which is looked at in words. */
  @Test
  void oneByteAmongPlainOnes_isFoundWhereverItStands() throws Exception {
    for (int value = 0; value < 256; value++) {
      for (int place = 0; place < 19; place++) {
        byte[] bytes = "abcdefghijklmnopqrs".getBytes(StandardCharsets.US_ASCII);
        bytes[place] = (byte) value;
        assertIsTextOf(bytes);
      }
    }
  }

  private static void assertIsTextOf(byte[] bytes) throws Exception {
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 9);
    String written = text(new JsonWriter(0).beginArray().value(1).value(longer, bytes.length));
    assertThat(JSON.readTree(written + "]").get(1).asText())
        .isEqualTo(new String(bytes, StandardCharsets.UTF_8));
  }

  @Test
  void beginning_getsItsCommaAndTheValueBehindItNone() {
    byte[] head = "{\"v\":".getBytes(StandardCharsets.US_ASCII);
    JsonWriter json = new JsonWriter().beginArray().beginning(head).value(1).endObject();
    assertThat(text(json.beginning(head).quotedValue(2).endObject().endArray()))
        .isEqualTo("[{\"v\":1},{\"v\":\"2\"}]");
  }

  @Property(tries = 300)
  void anyDouble_isReadBackAsItWas(@ForAll double number) throws Exception {
    double read = JSON.readTree(text(new JsonWriter().value(number))).doubleValue();
    assertThat(Double.doubleToLongBits(read)).isEqualTo(Double.doubleToLongBits(number));
  }

  @Property(tries = 100)
  void anyBytes_areReadBackPaddedOrNot(@ForAll byte[] bytes) {
    String padded = text(new JsonWriter().base64(bytes, true));
    byte[] body = padded.getBytes(StandardCharsets.UTF_8);
    assertThat(JsonReader.read(body, JsonReader::base64)).isEqualTo(bytes);
    String unpadded = text(new JsonWriter().base64(bytes, false));
    assertThat(unpadded).isEqualTo(padded.replace("=", ""));
    assertThat(JsonReader.read(unpadded.getBytes(StandardCharsets.UTF_8), JsonReader::base64))
        .isEqualTo(bytes);
  }

  @Test
  void infinity_isANumberThatReadersRoundToIt() {
    assertThat(text(new JsonWriter().value(Double.POSITIVE_INFINITY))).isEqualTo("1e999");
    assertThat(text(new JsonWriter().value(Double.NEGATIVE_INFINITY))).isEqualTo("-1e999");
    assertThat(text(new JsonWriter().value(Double.NaN))).isEqualTo("null");
  }

  @Test
  void halfOfASurrogatePair_becomesTheReplacementCharacter() {
    assertThat(text(new JsonWriter().value("a\ud800b"))).isEqualTo("\"a\ufffdb\"");
  }

  @Test
  void reset_takesBackWhatWasWrittenWithItsComma() {
    JsonWriter json = new JsonWriter().beginArray().value(1);
    JsonWriter.Mark mark = json.mark();
    json.beginObject().name("half").beginArray().value(2);
    json.reset(mark);
    assertThat(text(json.value(3).endArray())).isEqualTo("[1,3]");
  }

  @Test
  void copiedFragments_getTheirCommasWhereTheyLand() {
    JsonWriter source = new JsonWriter();
    JsonWriter.Mark a = source.beginFragment();
    JsonWriter.Mark b = source.name("x").value(1).name("y").beginArray().value(2).mark();
    JsonWriter.Mark c = source.beginFragment();
    JsonWriter.Mark d = source.name("z").beginArray().mark();
    JsonWriter json = new JsonWriter().beginArray();
    json.beginObject().copy(source, a, b).endArray().endObject();
    json.beginObject().copy(source, c, d).endArray().name("w").nullValue().endObject();
    assertThat(text(json.endArray())).isEqualTo("[{\"x\":1,\"y\":[2]},{\"z\":[],\"w\":null}]");
  }
}
