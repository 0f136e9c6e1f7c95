package io.dosql.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values on their way into SQLite and back: nothing is changed on the way. */
class ValuesTest {

  private SqliteConnection sqlite;
  private SqliteStatement echo;

  @BeforeEach
  void open() {
    sqlite = SqliteConnection.openInMemory();
    echo = sqlite.prepare("SELECT ?1, typeof(?1), length(?1), hex(?1)");
  }

  @AfterEach
  void close() {
    sqlite.close();
  }

  private SqliteStatement echo(Value value) {
    echo.reset();
    echo.bind(1, value);
    assertThat(echo.step()).isTrue();
    return echo;
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        1,
        -1,
        Integer.MAX_VALUE + 1L,
        1L << 53,
        (1L << 53) + 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE
      })
  void integersAreExact(long value) {
    assertThat(echo(new Value.Int(value)).integer(0)).isEqualTo(value);
    assertThat(echo.type(0)).isEqualTo(ColumnType.INTEGER);
    assertThat(echo.text(1)).isEqualTo("integer");
    assertThat(echo.text(0)).isEqualTo(String.valueOf(value));
    echo.reset();
    echo.bindInteger(1, value);
    assertThat(echo.step()).isTrue();
    assertThat(echo.integer(0)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0.0,
        -0.0,
        1.5,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
      })
  void realsAreExact(double value) {
    assertThat(echo(new Value.Real(value)).real(0)).isEqualTo(value);
    assertThat(echo.type(0)).isEqualTo(ColumnType.REAL);
    echo.reset();
    echo.bindReal(1, value);
    assertThat(echo.step()).isTrue();
    assertThat(Double.doubleToRawLongBits(echo.real(0)))
        .isEqualTo(Double.doubleToRawLongBits(value));
  }

  @Test
  void nanBecomesNull() {
    assertThat(echo(new Value.Real(Double.NaN)).type(0)).isEqualTo(ColumnType.NULL);
  }

  @Test
  void nullIsNull() {
    assertThat(echo(Value.NULL).type(0)).isEqualTo(ColumnType.NULL);
    assertThat(echo.text(1)).isEqualTo("null");
    assertThat(echo.text(0)).isEmpty();
    assertThat(echo.blob(0)).isEmpty();
    assertThat(echo.integer(0)).isZero();
    assertThat(echo.real(0)).isZero();
    echo.reset();
    echo.bindNull(1);
    assertThat(echo.step()).isTrue();
    assertThat(echo.type(0)).isEqualTo(ColumnType.NULL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "é",
        "€",
        "😀",
        "a\u0000b",
        "\u0000",
        "e\u0301",
        "\uFFFD",
        "\uFEFFx",
        "'\";--"
      })
  void textIsExact(String value) {
    assertThat(echo(new Value.Text(value)).text(0)).isEqualTo(value);
    assertThat(utf8(echo, 0)).isEqualTo(value.getBytes(StandardCharsets.UTF_8));
    assertThat(echo.type(0)).isEqualTo(ColumnType.TEXT);
    assertThat(echo.text(1)).isEqualTo("text");
    assertThat(echo.text(3)).isEqualToIgnoringCase(hex(value.getBytes(StandardCharsets.UTF_8)));
    assertThat(echo.blob(0)).isEqualTo(value.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(ints = {511, 512, 513, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 1_000_000})
  void textAndBlobsAreExactWhicheverWayTheyAreCopied(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    assertThat(echo(new Value.Blob(bytes)).blob(0)).isEqualTo(bytes);
    assertThat(echo.type(0)).isEqualTo(ColumnType.BLOB);
    assertThat(echo.integer(2)).isEqualTo(size);
    echo.reset();
    echo.bindBlob(1, bytes);
    assertThat(echo.step()).isTrue();
    assertThat(echo.blob(0)).isEqualTo(bytes);
    String text = "é".repeat(size / 2) + "x".repeat(size % 2);
    assertThat(echo(new Value.Text(text)).text(0)).isEqualTo(text);
    assertThat(utf8(echo, 0)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
    echo.reset();
    echo.bindText(1, text);
    assertThat(echo.step()).isTrue();
    assertThat(echo.text(0)).isEqualTo(text);
  }

  @Test
  void anEmptyBlobIsNotNull() {
    assertThat(echo(new Value.Blob(new byte[0])).type(0)).isEqualTo(ColumnType.BLOB);
    assertThat(echo.blob(0)).isEmpty();
    assertThat(echo.integer(2)).isZero();
  }

  @Test
  void anUnpairedSurrogateBecomesAQuestionMark() {
    assertThat(echo(new Value.Text("a\uD83Db\uDE00")).text(0)).isEqualTo("a?b?");
  }

  @Test
  void malformedUtf8BecomesTheReplacementCharacter() {
    try (SqliteStatement statement = sqlite.prepare("SELECT CAST(x'61ff62' AS TEXT)")) {
      assertThat(statement.step()).isTrue();
      assertThat(statement.text(0)).isEqualTo("a\uFFFDb");
      assertThat(statement.blob(0)).isEqualTo(new byte[] {0x61, (byte) 0xff, 0x62});
      assertThat(utf8(statement, 0)).isEqualTo(new byte[] {0x61, (byte) 0xff, 0x62});
    }
  }

  @Test
  void undecodedText_isThatOfTheColumnAskedLastAndEmptyForNull() {
    try (SqliteStatement statement = sqlite.prepare("SELECT 'longer', 'b', NULL, 12, 'c'")) {
      assertThat(statement.step()).isTrue();
      assertThat(utf8(statement, 0)).asString(StandardCharsets.UTF_8).isEqualTo("longer");
      assertThat(utf8(statement, 1)).asString(StandardCharsets.UTF_8).isEqualTo("b");
      assertThat(utf8(statement, 2)).isEmpty();
      assertThat(utf8(statement, 3)).asString(StandardCharsets.UTF_8).isEqualTo("12");
      assertThat(utf8(statement, 4)).asString(StandardCharsets.UTF_8).isEqualTo("c");
    }
  }

  private static byte[] utf8(Row row, int column) {
    Utf8Text text = row.utf8(column);
    return Arrays.copyOf(text.bytes(), text.length());
  }

  @Test
  void aBoundArrayMayChangeOnceItIsBound() {
    byte[] bytes = {1, 2, 3};
    echo.bindBlob(1, bytes);
    bytes[0] = 9;
    assertThat(echo.step()).isTrue();
    assertThat(echo.blob(0)).containsExactly(1, 2, 3);
  }

  @Test
  void bindingsOutliveAResetAndAreClearedTogether() {
    assertThat(echo(new Value.Int(7)).integer(0)).isEqualTo(7);
    echo.reset();
    assertThat(echo.step()).isTrue();
    assertThat(echo.integer(0)).isEqualTo(7);
    echo.reset();
    echo.clearBindings();
    assertThat(echo.step()).isTrue();
    assertThat(echo.type(0)).isEqualTo(ColumnType.NULL);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 2, 100_000})
  void anIndexWithoutAParameterIsRefused(int index) {
    byte[] large = new byte[100_000];
    assertOutOfRange(() -> echo.bindNull(index));
    assertOutOfRange(() -> echo.bindInteger(index, 1));
    assertOutOfRange(() -> echo.bindReal(index, 1));
    assertOutOfRange(() -> echo.bindText(index, "x"));
    assertOutOfRange(() -> echo.bindText(index, "x".repeat(100_000)));
    assertOutOfRange(() -> echo.bindBlob(index, new byte[0]));
    assertOutOfRange(() -> echo.bindBlob(index, new byte[1]));
    assertOutOfRange(() -> echo.bindBlob(index, large));
  }

  private static void assertOutOfRange(Runnable bind) {
    assertThatThrownBy(bind::run)
        .isInstanceOfSatisfying(
            SqliteException.class,
            failure -> assertThat(failure.code()).isEqualTo(ResultCode.RANGE));
  }

  @Test
  void aValueBeyondTheLimitIsRefused() {
    int _ = sqlite.limit(Limit.LENGTH, 100_000);
    for (int size : new int[] {100_001, 200_000}) {
      assertThatThrownBy(() -> echo.bindBlob(1, new byte[size]))
          .isInstanceOfSatisfying(
              SqliteException.class,
              failure -> assertThat(failure.code()).isEqualTo(ResultCode.TOOBIG));
      assertThatThrownBy(() -> echo.bindText(1, "x".repeat(size)))
          .isInstanceOf(SqliteException.class);
    }
  }

  @Test
  void valuesSurviveATable() {
    sqlite.execute("CREATE TABLE t (v)");
    Value[] values = {
      new Value.Int(Long.MIN_VALUE),
      new Value.Real(1e-300),
      new Value.Text("\u0000😀"),
      new Value.Blob(new byte[] {0, -1}),
      Value.NULL
    };
    try (SqliteStatement insert = sqlite.prepare("INSERT INTO t VALUES (?)")) {
      for (Value value : values) {
        insert.bind(1, value);
        assertThat(insert.step()).isFalse();
        insert.reset();
      }
    }
    try (SqliteStatement all = sqlite.prepare("SELECT v FROM t ORDER BY rowid")) {
      assertThat(all.step()).isTrue();
      assertThat(all.integer(0)).isEqualTo(Long.MIN_VALUE);
      assertThat(all.step()).isTrue();
      assertThat(all.real(0)).isEqualTo(1e-300);
      assertThat(all.step()).isTrue();
      assertThat(all.text(0)).isEqualTo("\u0000😀");
      assertThat(all.step()).isTrue();
      assertThat(all.blob(0)).containsExactly(0, -1);
      assertThat(all.step()).isTrue();
      assertThat(all.type(0)).isEqualTo(ColumnType.NULL);
      assertThat(all.step()).isFalse();
    }
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().formatHex(bytes);
  }
}
