package io.dosql.engine.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
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
      {"error":{"code":"TABLE_NOT_FOUND","message":"no such table: usres","retryable":false,
                "suggestion":"Did you mean 'users'?","line":1,"column":15,
                "source":"SELECT * FROM usres","caret":"              ^","requestId":"f3c1…"}}
      ```

      - `code` is one of those below. Codes are stable across releases; messages are for people.
      - `retryable`: whether the same request may succeed later without a change. `retryAfter`, in seconds,
        and the header `Retry-After` say when, where that is known.
      - `line` and `column`, from 1, are there when a place in the SQL is known; `source` is that line, cut
        around the place if it is long, and `caret` a line with a `^` under it; `statement`, from 0, is there when
        a statement of a batch failed.
      - `suggestion` asks "Did you mean …?" where a table, column, function, index or parameter of nearly that
        name is there, or where a keyword in place of a word lets the statement be parsed further.
      - `requestId` is also in the header `X-Request-Id`, and in the pod's log.

      Codes marked *reserved* belong to parts that this release does not have; nothing answers with them yet.

      Over Hrana, which has no field for it, "Did you mean …?" ends the message, and `code` is the one that libSQL clients know: SQLite's base name, such as `SQLITE_CONSTRAINT`,
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
                  code.isReserved() ? "*Reserved.* " + code.meaning() : code.meaning(),
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

  /** Those that the specification of the product names, in its order. */
  @Test
  void theCatalogueIsComplete() {
    String[] specified =
        """
        SYNTAX_ERROR 400, TABLE_NOT_FOUND 404, COLUMN_NOT_FOUND 400, CONSTRAINT_VIOLATION 409, TYPE_MISMATCH 400,
        INVALID_REQUEST 400, NOT_FOUND 404, RESPONSE_TOO_LARGE 413, TXN_NOT_FOUND 404, TXN_ABORTED 409 R,
        TXN_DEADLOCK 409 R, TXN_SERIALIZATION_FAILURE 409 R, TXN_LOCK_TIMEOUT 408 R, TXN_TIMEOUT 408 R,
        TXN_NO_ACTIVE 400, TXN_ALREADY_ACTIVE 400, TXN_SAVEPOINT_NOT_FOUND 404, TXN_READ_ONLY_VIOLATION 403,
        CONNECTION_ERROR 503 R, TIMEOUT 408 R, UNAUTHORIZED 401, FORBIDDEN 403, RATE_LIMITED 429 R,
        RESOURCE_EXHAUSTED 429 R, QUOTA_EXCEEDED 429, CDC_SUBSCRIPTION_FAILED 500 R, CDC_LSN_NOT_FOUND 410,
        CDC_SLOT_NOT_FOUND 404, CDC_SLOT_EXISTS 409, CDC_BUFFER_OVERFLOW 503 R, STORAGE_NOT_FOUND 404,
        STORAGE_CONFLICT 409 R, STORAGE_CHECKSUM_MISMATCH 500, STORAGE_TIMEOUT 504 R, STORAGE_RATE_LIMITED 429 R,
        STORAGE_PERMISSION_DENIED 403, STORAGE_BUCKET_NOT_FOUND 404, STORAGE_UNAVAILABLE 503 R, MIGRATION_FAILED 409,
        MIGRATION_CHECKSUM_MISMATCH 409, MIGRATION_NO_DOWN 409, MIGRATION_TARGET_NOT_FOUND 404,
        SNAPSHOT_NOT_AVAILABLE 410"""
            .split(",\\s+", -1);
    for (String line : specified) {
      ErrorCode code = ErrorCode.valueOf(line.split(" ", -1)[0]);
      assertThat(code.name() + " " + code.httpStatus() + (code.retryable() ? " R" : ""))
          .isEqualTo(line);
    }
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
  void everyCode_isUsedUnlessReserved() throws IOException {
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
      boolean isUsed = Pattern.compile("\\b" + code.name() + "\\b").matcher(all).find();
      assertThat(isUsed).describedAs("%s is used", code).isEqualTo(!code.isReserved());
    }
  }
}
