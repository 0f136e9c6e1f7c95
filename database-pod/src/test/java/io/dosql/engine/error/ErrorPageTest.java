package io.dosql.engine.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Makes {@code docs/errors.md} from the catalogue, and holds the page that is committed to it. With
 * {@code -Ddosql.docs=write} the page is written anew.
 */
class ErrorPageTest {

  private static final Path PAGE = Path.of("..", "docs", "errors.md");

  private static final String HEAD =
      """
      # Errors

      <!-- Made from io.dosql.engine.error.ErrorCode by ErrorPageTest. Do not edit; run
           ./mvnw -pl database-pod test -Dtest=ErrorPageTest -Ddosql.docs=write -->

      Every request that fails is answered with one shape of body:

      ```json
      {"error":{"code":"TABLE_NOT_FOUND","message":"no such table: users","retryable":false,
                "suggestion":"Check the table's name, or run the migration that creates it.",
                "line":1,"column":15,"requestId":"f3c1…"}}
      ```

      - `code` is one of those below. Codes are stable across releases; messages are for people.
      - `retryable`: whether the same request may succeed later without a change. `retryAfter`, in seconds,
        and the header `Retry-After` say when, where that is known.
      - `line` and `column`, from 1, are there when SQLite names a place in the SQL; `statement`, from 0, when
        a statement of a batch failed.
      - `requestId` is also in the header `X-Request-Id`, and in the pod's log.

      Over Hrana, `code` is the one that libSQL clients know: SQLite's base name, such as `SQLITE_CONSTRAINT`,
      or `SQL_PARSE_ERROR`, `SQL_MANY_STATEMENTS`, `SQL_NO_STATEMENT`, `ARGS_INVALID`; else one of those below.

      | Code | HTTP | Retryable | Meaning | What to do |
      | --- | --- | --- | --- | --- |
      """;

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    for (ErrorCode code : ErrorCode.values()) {
      page.append(
          "| `%s` | %d | %s | %s | %s |%n"
              .formatted(
                  code.name(),
                  code.httpStatus(),
                  code.retryable() ? "yes" : "no",
                  code.meaning(),
                  code.suggestion()));
    }
    return page.toString().replace("\r\n", "\n");
  }

  @Test
  void committedPage_isTheOneThatTheCatalogueMakes() throws IOException {
    if ("write".equals(System.getProperty("dosql.docs"))) {
      Files.writeString(PAGE, page());
    }
    assertThat(PAGE)
        .describedAs("docs/errors.md is out of date: run this test with -Ddosql.docs=write")
        .content()
        .isEqualTo(page());
  }

  @ParameterizedTest
  @EnumSource
  void everyCode_isExplainedInASentence(ErrorCode code) {
    for (String text : new String[] {code.meaning(), code.suggestion()}) {
      assertThat(text).endsWith(".").doesNotContain("|", "\n");
      assertThat(Character.isUpperCase(text.charAt(0))).describedAs(text).isTrue();
    }
    assertThat(code.httpStatus()).isBetween(400, 599);
  }

  @Test
  void everyCode_isUsed() throws IOException {
    StringBuilder sources = new StringBuilder();
    try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        if (!file.endsWith("ErrorCode.java")) {
          sources.append(Files.readString(file));
        }
      }
    }
    String all = sources.toString();
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(all).containsPattern("\\b" + code.name() + "\\b");
    }
  }
}
