package io.dosql.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo with the real operator and engine; the story is spoilt just before its last step. */
class DemoTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter error = new StringWriter();

  private int run(UnaryOperator<List<DemoStep>> editor, String... arguments) {
    return new Quickstart(editor, new PrintWriter(out, true), new PrintWriter(error, true))
        .execute(arguments);
  }

  private static UnaryOperator<List<DemoStep>> changedBehindItsBack(Path folder) {
    return steps -> {
      List<DemoStep> edited = new ArrayList<>(steps);
      edited.add(
          steps.size() - 1,
          new DemoStep(
              "Change a row",
              _ -> {
                try (SqlClient sql = new SqlClient(connection(folder))) {
                  return sql.query("main", "UPDATE books SET year = 1971 WHERE id = 1").toString();
                }
              }));
      return edited;
    };
  }

  private static Connection connection(Path folder) {
    try {
      return new ObjectMapper()
          .readValue(folder.resolve("quickstart.json").toFile(), Connection.class);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void rowThatIsNotAsItWasFailsTheDemo_whichSaysWhatItExpectedAndFound(@TempDir Path temporary) {
    Path folder = temporary.resolve("demo");

    int code = run(changedBehindItsBack(folder), "--demo", "--dir", folder.toString());

    assertThat(out.toString())
        .contains("ok")
        .containsSubsequence(
            "Create a database",
            "SQL over HTTP",
            "Migrate",
            "A migration that fails",
            "Back up",
            "Destroy",
            "Restore",
            "Change a row",
            "FAIL",
            "Compare",
            "Stopped");
    assertThat(error.toString())
        .contains("The demo failed at the step \"Compare\"")
        .contains("row 1 of books in tenant main, after the restore")
        .contains("expected [1,\"A Relational Model")
        .contains("E. F. Codd\",1970], but found")
        .contains("E. F. Codd\",1971]")
        .contains(folder.resolve("logs").toString());
    assertThat(code).isEqualTo(Quickstart.FAILED);
    assertThat(folder.resolve("quickstart.json")).doesNotExist();
    assertThat(folder.resolve("logs/default/quickstart-0.log")).content().contains("Shut down");
    assertThat(ownProcesses()).isEmpty();

    // Another demo cannot run over what this one left.
    assertThat(run(UnaryOperator.identity(), "--demo", "--dir", folder.toString()))
        .isEqualTo(Quickstart.FAILED);
    assertThat(error.toString()).contains("needs a fresh folder");
  }

  private static List<String> ownProcesses() {
    return ProcessHandle.current()
        .children()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains("EngineMain"))
        .toList();
  }
}
