package io.dosql.quickstart;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program behind {@code ./quickstart}. */
@Command(
    name = "./quickstart",
    mixinStandardHelpOptions = true,
    versionProvider = Quickstart.BuildVersion.class,
    sortOptions = false,
    description = {
      "Runs DoSQL on this machine, without a cluster: the real operator, the real engine, and a"
          + " small Kubernetes API between them.",
      ""
    },
    footer = {"", "More in docs/quickstart.md."})
public final class Quickstart implements Callable<Integer> {

  static final int FAILED = 1;
  private static final int PORT_MAX = 65_535;

  private final UnaryOperator<List<DemoStep>> storyEditor;
  private final PrintWriter out;
  private final PrintWriter error;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port of the database on loopback. Default: 8080, or the next that is free.")
  private @Nullable Integer port;

  @Option(
      names = "--dir",
      paramLabel = "FOLDER",
      description =
          "Where everything is kept. Default: .dosql in the repository; with --demo, a temporary"
              + " folder.")
  private @Nullable Path directory;

  @Option(
      names = "--no-auth",
      description =
          "Serves without tokens, on loopback, to try any driver by hand. Every program and user"
              + " of this machine can then read and write everything.")
  private boolean noAuthentication;

  @Option(
      names = "--demo",
      description =
          "Runs the whole story by itself (create, SQL, migrate, back up, destroy, restore,"
              + " compare) and exits.")
  private boolean demo;

  /**
   * @param storyEditor changes the demo's steps
   */
  Quickstart(UnaryOperator<List<DemoStep>> storyEditor, PrintWriter out, PrintWriter error) {
    this.storyEditor = storyEditor;
    this.out = out;
    this.error = error;
  }

  /** Ends with 0, with 1 if something failed, with 2 for wrong arguments. */
  public static void main(String[] arguments) {
    StopSignal stop = StopSignal.install();
    PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
    PrintWriter error = new PrintWriter(System.err, true, System.err.charset());
    int code = new Quickstart(UnaryOperator.identity(), out, error).execute(arguments);
    stop.finish();
    if (!stop.isRequested()) {
      System.exit(code);
    }
  }

  int execute(String... arguments) {
    return new CommandLine(this).setOut(out).setErr(error).execute(arguments);
  }

  /** The build's version, for {@code --version}. */
  static final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"DoSQL quickstart " + Installation.buildVersion()};
    }
  }

  @Override
  public Integer call() {
    if (port != null && (port < 1 || port > PORT_MAX) && spec != null) {
      throw new ParameterException(
          spec.commandLine(), "--port is %d; it must be 1 to %d".formatted(port, PORT_MAX));
    }
    try {
      Installation installation = Installation.find();
      Optional<Path> temporary =
          demo && directory == null
              ? Optional.of(Files.createTempDirectory("dosql-demo-"))
              : Optional.empty();
      Path folder =
          temporary.orElseGet(
              () -> directory != null ? directory : installation.root().resolve(".dosql"));
      QuickstartRun run =
          new QuickstartRun(
              installation,
              new QuickstartSession.Options(folder, Optional.ofNullable(port), !noAuthentication),
              new Display(out, isTerminal()));
      if (!demo) {
        run.serve();
      } else {
        run.demo(storyEditor);
        if (temporary.isPresent()) {
          deleteTree(temporary.get());
        }
      }
      return 0;
    } catch (QuickstartException e) {
      return fail(e.text());
    } catch (IOException e) {
      return fail(e.toString());
    }
  }

  // It is null, again, since JDK 25 when there is no terminal.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static void deleteTree(Path top) throws IOException {
    try (Stream<Path> tree = Files.walk(top)) {
      for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private int fail(String message) {
    error.println("quickstart: " + message);
    error.flush();
    return FAILED;
  }
}
