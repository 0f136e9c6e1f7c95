package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.error.DosqlException.Excerpt;
import org.junit.jupiter.api.Test;

class SqlExcerptTest {

  private static Excerpt at(String sql, String place) {
    return SqlExcerpt.at(sql, sql.indexOf(place));
  }

  @Test
  void theCaretStandsUnderThePlace() {
    assertThat(at("SELECT a\nFROM t WHRE x\nLIMIT 1", "WHRE"))
        .isEqualTo(new Excerpt("FROM t WHRE x", "       ^"));
  }

  @Test
  void tabsStayTabs() {
    assertThat(at("\tSELECT\tx", "x")).isEqualTo(new Excerpt("\tSELECT\tx", "\t      \t^"));
  }

  @Test
  void wideCharactersTakeTwoColumnsAndCombiningOnesNone() {
    assertThat(at("'日本' x", "x").caret()).isEqualTo("       ^");
    assertThat(at("'e\u0301' x", "x").caret()).isEqualTo("    ^");
    assertThat(at("'😀' x", "x").caret()).isEqualTo("     ^");
  }

  @Test
  void aLongLineIsCutAroundThePlace() {
    String line = "a".repeat(500) + "X" + "b".repeat(500);
    Excerpt excerpt = at(line, "X");
    assertThat(excerpt.source()).startsWith("…aaa").contains("aXb").endsWith("bbb…").hasSize(122);
    assertThat(excerpt.source().charAt(excerpt.caret().length() - 1)).isEqualTo('X');
  }

  @Test
  void aCutNeverPartsAPairOfSurrogates() {
    String line = "😀".repeat(200) + "X" + "😀".repeat(200);
    String source = at(line, "X").source();
    assertThat(source.codePoints().filter(c -> c >= 0xd800 && c <= 0xdfff).count()).isZero();
    assertThat(source.codePoints().filter(c -> c == 0x1f600).count()).isEqualTo(120 - 1);
  }

  @Test
  void theEndOfATextIsAPlace() {
    assertThat(SqlExcerpt.at("SELECT (", 8)).isEqualTo(new Excerpt("SELECT (", "        ^"));
    assertThat(SqlExcerpt.at("", 0)).isEqualTo(new Excerpt("", "^"));
  }

  @Test
  void carriageReturnsAndControlCharactersAreNotShown() {
    assertThat(at("x\u001b[31m\r\ny", "x").source()).isEqualTo("x [31m");
  }
}
