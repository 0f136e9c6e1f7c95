package io.dosql.engine.archive.ltx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Crc64Test {

  /**
   * The first is the published check value of CRC-64/GO-ISO, the others are from Go's own tests.
   */
  @ParameterizedTest
  @CsvSource({
    "123456789, b90956c775a41001",
    "'', 0000000000000000",
    "a, 3420000000000000",
    "ab, 36c4200000000000",
    "abc, 3776c42000000000",
    "abcdefghij, 7f5b6e21b002d367",
  })
  void publishedValues(String text, String expected) {
    Crc64 crc = new Crc64();
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    crc.update(bytes, 0, bytes.length);
    assertThat(String.format("%016x", crc.getValue())).isEqualTo(expected);
  }

  @Test
  void anyCutIntoPiecesGivesTheSameValue() {
    byte[] bytes = new byte[1000];
    new Random(7).nextBytes(bytes);
    Crc64 bytewise = new Crc64();
    for (byte b : bytes) {
      bytewise.update(b & 0xFF);
    }
    for (int cut = 0; cut <= bytes.length; cut += 13) {
      Crc64 crc = new Crc64();
      crc.update(bytes, 0, cut);
      crc.update(bytes, cut, bytes.length - cut);
      assertThat(crc.getValue()).isEqualTo(bytewise.getValue());
    }
  }

  @Test
  void resetStartsAnew() {
    Crc64 crc = new Crc64();
    crc.update(1);
    crc.reset();
    assertThat(crc.getValue()).isZero();
  }
}
