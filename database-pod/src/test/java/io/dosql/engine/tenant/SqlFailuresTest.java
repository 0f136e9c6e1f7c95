package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.ResultCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SqlFailuresTest {

  /** Each base code of sqlite3.h, and the extended codes that mean something else than it. */
  private static final String EXPECTED =
      """
      ERROR INVALID_REQUEST
      ERROR_SNAPSHOT SNAPSHOT_NOT_AVAILABLE
      INTERNAL INTERNAL
      PERM INTERNAL
      ABORT TXN_ABORTED
      BUSY TXN_LOCK_TIMEOUT
      BUSY_SNAPSHOT TXN_SERIALIZATION_FAILURE
      LOCKED TXN_LOCK_TIMEOUT
      LOCKED_SHAREDCACHE TXN_DEADLOCK
      NOMEM RESOURCE_EXHAUSTED
      READONLY TXN_READ_ONLY_VIOLATION
      INTERRUPT TIMEOUT
      IOERR INTERNAL
      IOERR_NOMEM RESOURCE_EXHAUSTED
      CORRUPT TENANT_UNAVAILABLE
      CORRUPT_VTAB INVALID_REQUEST
      NOTFOUND INTERNAL
      FULL RESOURCE_EXHAUSTED
      CANTOPEN INTERNAL
      PROTOCOL TXN_LOCK_TIMEOUT
      EMPTY INTERNAL
      SCHEMA TXN_ABORTED
      TOOBIG PAYLOAD_TOO_LARGE
      CONSTRAINT CONSTRAINT_VIOLATION
      CONSTRAINT_DATATYPE TYPE_MISMATCH
      MISMATCH TYPE_MISMATCH
      MISUSE INTERNAL
      NOLFS INTERNAL
      AUTH FORBIDDEN
      FORMAT INTERNAL
      RANGE INVALID_REQUEST
      NOTADB TENANT_UNAVAILABLE
      NOTICE INTERNAL
      WARNING INTERNAL
      """;

  private static final Path HEADER = Path.of("/usr/include/sqlite3.h");

  @Test
  void everyCodeOfSqliteHasOneOfOurs() {
    Map<ResultCode, ErrorCode> expected = new EnumMap<>(ResultCode.class);
    EXPECTED
        .lines()
        .map(line -> line.split(" ", -1))
        .forEach(pair -> expected.put(ResultCode.valueOf(pair[0]), ErrorCode.valueOf(pair[1])));
    assertThat(expected.keySet())
        .containsAll(Arrays.stream(ResultCode.values()).map(ResultCode::base).toList());
    for (ResultCode code : ResultCode.values()) {
      ErrorCode wanted = expected.getOrDefault(code, expected.get(code.base()));
      assertThat(SqlFailures.code(code)).describedAs(code.sqliteName()).isEqualTo(wanted);
    }
  }

  /** Against the header of whatever SQLite this machine has; a newer one may name more. */
  @Test
  void everyCodeThatTheHeaderNamesIsKnown() throws IOException {
    boolean isThere = Files.exists(HEADER);
    if (!isThere) {
      LoggerFactory.getLogger(SqlFailuresTest.class)
          .warn("SKIPPED: no {}, so its codes were not compared with ours", HEADER);
    }
    assumeTrue(isThere, "no " + HEADER);
    Matcher line =
        Pattern.compile(
                "(?m)^#define (SQLITE_((?!OK)[A-Z]+)_[A-Z_0-9]+) +\\(SQLITE_\\2 \\| ?\\((\\d+) ?<< ?8\\)\\)")
            .matcher(Files.readString(HEADER));
    int found = 0;
    while (line.find()) {
      int value = ResultCode.valueOf(line.group(2)).value() | Integer.parseInt(line.group(3)) << 8;
      assertThat(ResultCode.of(value).sqliteName()).isEqualTo(line.group(1));
      found++;
    }
    assertThat(found).isGreaterThan(60);
  }

  @Test
  void aCodeThatOnlyANewerLibraryKnowsCountsAsItsBase() {
    assertThat(SqlFailures.code(ResultCode.of(ResultCode.BUSY.value() | 0x7f00)))
        .isEqualTo(ErrorCode.TXN_LOCK_TIMEOUT);
    assertThat(SqlFailures.code(ResultCode.of(99))).isEqualTo(ErrorCode.INVALID_REQUEST);
  }
}
