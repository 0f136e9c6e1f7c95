package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.store.S3Limits;
import io.dosql.engine.archiver.ArchiverLimits;
import io.dosql.engine.archiver.chain.ChainLimits;
import io.dosql.engine.auth.AuthLimits;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.hrana.HranaLimits;
import io.dosql.engine.http.HttpLimits;
import io.dosql.engine.http.StreamLimits;
import io.dosql.engine.http.WebSocketLimits;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.tenant.TenantLimits;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/limits.md says what the code says. */
class LimitsPageTest {

  private static final Path PAGE = Path.of("..", "docs", "limits.md");

  /** Not limits. */
  private static final List<String> OTHERS = List.of("mayWrite", "durability", "rules");

  static Stream<Record> limits() {
    return Stream.of(
        TenantLimits.DEFAULT,
        HttpLimits.DEFAULT,
        StreamLimits.DEFAULT,
        HranaLimits.DEFAULT,
        WebSocketLimits.DEFAULT,
        SessionOptions.DEFAULT,
        AuthLimits.DEFAULT,
        S3Limits.defaults(),
        ArchiverLimits.DEFAULT,
        ChainLimits.DEFAULT,
        ChainLimits.DEFAULT.rules());
  }

  @ParameterizedTest
  @MethodSource("limits")
  void eachLimitIsThereWithItsDefaultAndItsError(Record limits) throws Exception {
    Map<String, String[]> rows = rows(limits.getClass().getSimpleName());
    for (RecordComponent component : limits.getClass().getRecordComponents()) {
      if (OTHERS.contains(component.getName())) {
        continue;
      }
      String[] row = rows.remove(component.getName());
      if (row == null) {
        throw new AssertionError("docs/limits.md does not tell of " + component);
      }
      Object value = component.getAccessor().invoke(limits);
      assertThat(row[2]).describedAs("%s", component).isEqualTo(text(value));
      assertThat(row[3]).describedAs("unit of %s", component).isNotEmpty();
      for (String code : List.of(row[4].split(", ", -1))) {
        assertThat(code.equals("—") || isCode(code)).describedAs(code).isTrue();
      }
    }
    assertThat(rows).describedAs("limits that are no more").isEmpty();
  }

  private static boolean isCode(String code) {
    return Arrays.stream(ErrorCode.values()).anyMatch(each -> each.name().equals(code));
  }

  private static String text(Object value) {
    return value instanceof Duration duration
        ? String.valueOf(duration.toMillis())
        : String.valueOf(value);
  }

  /** The rows under a heading, by the limit's name: cells 1 name, 2 default, 3 unit, 4 error. */
  private static Map<String, String[]> rows(String heading) throws Exception {
    Map<String, String[]> rows = new TreeMap<>();
    boolean inside = false;
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("## ")) {
        inside = line.contains("`" + heading + "`");
      } else if (inside && line.startsWith("| `")) {
        String[] cells = line.split("\\|", -1);
        for (int i = 0; i < cells.length; i++) {
          cells[i] = cells[i].strip().replace("`", "");
        }
        rows.put(cells[1], cells);
      }
    }
    return rows;
  }
}
