package io.dosql.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.Value;
import io.dosql.engine.tenant.TestEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParametersTest {

  private static final Value ONE = new Value.Int(1);
  private static final Value TWO = new Value.Int(2);

  @TempDir Path folder;
  private TestEngine engine;
  private SqlSession session;

  @BeforeEach
  void start() throws Exception {
    engine = TestEngine.start(folder);
    session =
        new TenantSessions(engine.tenants(), engine.log()).open("main", SessionOptions.DEFAULT);
  }

  @AfterEach
  void stop() throws Exception {
    session.close();
    engine.close();
  }

  private DosqlException failure(String sql, List<Value> positional, Map<String, Value> named) {
    DosqlException failure =
        catchThrowableOfType(
            DosqlException.class,
            () ->
                session.execute(
                    new SqlStatement(sql, new Parameters(positional, named)), RowSink.NONE));
    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(failure.sqliteCode()).isEqualTo("ARGS_INVALID");
    return failure;
  }

  private String message(String sql, List<Value> positional, Map<String, Value> named) {
    return failure(sql, positional, named).getMessage();
  }

  @Test
  void aWrongCountSaysHowManyAreExpected() {
    assertThat(message("SELECT ?, ?", List.of(ONE), Map.of()))
        .isEqualTo("parameter 2 has no value: the statement has 2 parameters, 1 value was given");
    assertThat(message("SELECT ?", List.of(ONE, TWO), Map.of()))
        .isEqualTo("the statement has 1 parameter, 2 values were given");
    assertThat(message("SELECT 1", List.of(ONE), Map.of()))
        .isEqualTo("the statement has 0 parameters, 1 value was given");
  }

  @Test
  void aMissingValueNamesItsParameter() {
    assertThat(message("SELECT :a, @b, $c", List.of(), Map.of("a", ONE, "c", TWO)))
        .isEqualTo(
            "parameter @b has no value: the statement has 3 parameters (:a, @b, $c), 2 values were"
                + " given");
    assertThat(message("SELECT ?2", List.of(ONE), Map.of()))
        .isEqualTo(
            "parameter ?2 has no value: the statement has 2 parameters (?2), 1 value was given");
  }

  @Test
  void anUnknownNameIsSaidAndANearOneSuggested() {
    DosqlException failure =
        failure("SELECT :email", List.of(), Map.of(":email", ONE, "emial", TWO));
    assertThat(failure.getMessage())
        .isEqualTo(
            "the statement has no parameter named 'emial': the statement has 1 parameter (:email)");
    assertThat(failure.suggestion()).isEqualTo("Did you mean ':email'?");
  }

  @Test
  void aNameThatIsMisspeltIsSaidBesideTheParameterThatLacksItsValue() {
    DosqlException failure =
        failure("SELECT :email, :age", List.of(), Map.of("emial", ONE, "age", TWO));
    assertThat(failure.getMessage())
        .isEqualTo(
            "parameter :email has no value, and no parameter is named 'emial': the statement has 2"
                + " parameters (:email, :age)");
    assertThat(failure.suggestion()).isEqualTo("Did you mean ':email'?");
  }

  @Test
  void mixingIsFineUnlessAParameterGetsTwoValues() {
    assertThat(message("SELECT ?, :a", List.of(ONE, ONE), Map.of("a", TWO)))
        .isEqualTo("parameter :a was given twice, by its name and as value 2");
    assertThat(message("SELECT :a", List.of(), Map.of("a", ONE, ":a", TWO)))
        .isEqualTo("parameter :a was given twice, with and without prefix");
    assertThat(message("SELECT ?, :a", List.of(), Map.of("a", TWO)))
        .startsWith("parameter 1 has no value");
    Rows sink = new Rows();
    Outcome _ =
        session.execute(
            new SqlStatement("SELECT ?, :a", new Parameters(List.of(ONE), Map.of("a", TWO))), sink);
    assertThat(sink.rows()).containsExactly(List.of(1L, 2L));
  }

  @Test
  void aLongListOfNamesIsCut() {
    String sql =
        IntStream.range(0, 50)
            .mapToObj(i -> ":p" + i)
            .collect(Collectors.joining(", ", "SELECT ", ""));
    assertThat(message(sql, List.of(), Map.of())).contains(":p9, …)").doesNotContain(":p10");
  }
}
