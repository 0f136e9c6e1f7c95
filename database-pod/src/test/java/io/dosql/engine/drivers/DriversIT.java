package io.dosql.engine.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.drivers.Programs.Result;
import io.dosql.engine.main.RealPod;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The programs of {@code docs/drivers.md} as they stand there, against a whole pod. Where a
 * language's tools are missing its programs are skipped, loudly; with the variable {@code
 * DOSQL_TESTS_REQUIRE_DRIVERS=true} they fail.
 */
class DriversIT {

  private static final Path PAGE = Path.of("..", "docs", "drivers.md");
  private static final Duration INSTALL_MAX = Duration.ofMinutes(5);

  /** Rust's are compiled first. */
  private static final Duration RUN_MAX = Duration.ofMinutes(15);

  @TempDir private static Path data;
  private static RealPod pod;
  private static final Map<Language, Result> INSTALLED = new EnumMap<>(Language.class);

  @BeforeAll
  static void start() throws IOException {
    pod = new RealPod(data);
  }

  @AfterAll
  static void stop() {
    pod.close();
  }

  static List<Snippet> snippets() throws IOException {
    List<Snippet> snippets = Snippet.of(PAGE);
    assertThat(snippets).extracting(Snippet::language).contains(Language.values());
    return snippets;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("snippets")
  void programOfThePage_readsWhatItHasWritten(Snippet snippet) throws Exception {
    Path folder = snippet.language().folder();
    Path file = folder.resolve(snippet.file());
    Files.createDirectories(file.getParent());
    Files.writeString(file, snippet.text());
    require(snippet.language(), folder);

    Result result =
        Programs.run(folder, environment(), RUN_MAX, snippet.language().run(snippet.file()));

    assertThat(result.exitCode()).describedAs("%s", result).isZero();
    assertThat(result.output().strip()).describedAs("%s", result).isEqualTo("1 ann");
  }

  /** What an application finds in the Secret of its database. */
  private static Map<String, String> environment() {
    URI url = URI.create(pod.url());
    return Map.of(
        "url", pod.url(),
        "host", url.getHost(),
        "port", String.valueOf(url.getPort()),
        "token", pod.keys().token());
  }

  private static void require(Language language, Path folder) throws Exception {
    if (!INSTALLED.containsKey(language)) {
      INSTALLED.put(language, install(language, folder));
    }
    Result installed = INSTALLED.get(language);
    if (installed.isGood()) {
      return;
    }
    Programs.unavailable(
        "DOSQL_TESTS_REQUIRE_DRIVERS",
        "the drivers for " + language + " were not tried",
        "'%s' failed:%n%s".formatted(String.join(" ", language.install()), installed.printed()));
  }

  private static Result install(Language language, Path folder) throws InterruptedException {
    try {
      return Programs.run(folder, Map.of(), INSTALL_MAX, language.install());
    } catch (IOException missing) {
      return new Result(-1, "", String.valueOf(missing.getMessage()));
    }
  }
}
