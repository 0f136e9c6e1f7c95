package io.dosql.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

/**
 * One run of the program, on the thread that an interrupt asks to stop. Whatever happens, all that
 * was started is stopped on return.
 */
final class QuickstartRun {

  private final Installation installation;
  private final QuickstartSession.Options options;
  private final Display display;

  QuickstartRun(Installation installation, QuickstartSession.Options options, Display display) {
    this.installation = installation;
    this.options = options;
    this.display = display;
  }

  /** What is done with a session; an interrupt ends it. */
  @FunctionalInterface
  private interface Body {
    void run(QuickstartSession session) throws QuickstartException, InterruptedException;
  }

  /** Runs the examples until it is told to stop. */
  void serve() throws QuickstartException {
    run(
        false,
        session -> {
          prepare(session);
          Connection connection = session.publish();
          display.print(
              Instructions.of(
                  connection,
                  session.folder(),
                  installation.root(),
                  Instructions.isOnPath("kubectl")));
          new CountDownLatch(1).await();
        });
  }

  /**
   * Runs the demo.
   *
   * @param editor changes its steps
   * @throws QuickstartException naming the step that failed
   */
  void demo(UnaryOperator<List<DemoStep>> editor) throws QuickstartException {
    long begin = System.nanoTime();
    run(
        true,
        session -> {
          try (DemoStory story = new DemoStory(installation, session)) {
            for (DemoStep step : editor.apply(story.steps())) {
              perform(step, session);
            }
          }
        });
    display.print("The demo passed in %s.".formatted(Display.seconds(System.nanoTime() - begin)));
  }

  private void perform(DemoStep step, QuickstartSession session)
      throws QuickstartException, InterruptedException {
    try {
      display.step(step.title(), step.work());
    } catch (QuickstartException e) {
      throw new QuickstartException(
          "The demo failed at the step \"%s\": %s%nLogs: %s"
              .formatted(step.title(), e.text(), session.folder().runner().logs()),
          e);
    }
  }

  private void run(boolean fresh, Body body) throws QuickstartException {
    QuickstartFolder folder = QuickstartFolder.open(options.folder());
    try {
      if (fresh && !folder.isFresh()) {
        throw new QuickstartException(
            "%s holds an earlier run, and the demo needs a fresh folder. Name another by --dir, or none."
                .formatted(folder.root()));
      }
    } catch (QuickstartException e) {
      close(folder);
      throw e;
    }
    logTo(folder);
    announce(folder);
    QuickstartSession session = null;
    boolean stopped = false;
    try {
      session = QuickstartSession.start(installation, options, folder, display);
      body.run(session);
    } catch (InterruptedException e) {
      stopped = true;
    } catch (QuickstartException | RuntimeException e) {
      // An interrupt shows in many ways, where libraries wrap it.
      stopped = Thread.interrupted();
      if (!stopped) {
        throw e;
      }
    } finally {
      if (session != null) {
        stop(session);
      }
    }
    if (stopped && fresh) {
      throw new QuickstartException("The demo was stopped before its end.");
    }
  }

  private static void close(QuickstartFolder folder) throws QuickstartException {
    try {
      folder.close();
    } catch (IOException e) {
      throw new QuickstartException("Cannot release %s: %s".formatted(folder.root(), e), e);
    }
  }

  /** Before the first logger is made. */
  private static void logTo(QuickstartFolder folder) {
    System.setProperty(
        "dosql.quickstart.log", QuickstartFolder.operatorLog(folder.root()).toString());
    System.setProperty("logback.configurationFile", "quickstart/logback.xml");
  }

  private void announce(QuickstartFolder folder) {
    display.print(
        "DoSQL %s; everything is kept in %s".formatted(installation.version(), folder.root()));
    if (!options.authentication()) {
      display.print(
          """

          ************************************************************************
          * --no-auth: NOBODY IS ASKED FOR A TOKEN. Every program and every user *
          * of this machine can read and write all data. Loopback only.          *
          ************************************************************************
          """);
    }
  }

  /** A folder that was used before has the examples already, perhaps changed by its owner. */
  private void prepare(QuickstartSession session) throws QuickstartException, InterruptedException {
    Resources resources = session.resources();
    display.step(
        "Database",
        progress -> {
          boolean _ = resources.createMissing(installation.example("quickstart/1-volume.yaml"));
          boolean created =
              resources.createMissing(installation.example("quickstart/2-database.yaml"));
          var _ =
              resources.awaitReady(
                  "DoSQLDatabase",
                  QuickstartSession.DATABASE.name(),
                  QuickstartSession.READY_MAX,
                  progress);
          return (created ? "examples/quickstart applied" : "found again") + "; it serves";
        });
    optional(
        "Migration",
        progress -> {
          boolean _ = resources.createMissing(installation.example("quickstart/3-migration.yaml"));
          JsonNode migration =
              resources.awaitReady(
                  "DoSQLMigration", "quickstart-schema", QuickstartSession.READY_MAX, progress);
          return "the schema is at " + migration.path("status").path("current").asText();
        });
    optional(
        "Backup",
        progress -> {
          boolean _ = resources.createMissing(installation.example("quickstart/4-backup.yaml"));
          JsonNode status =
              resources
                  .awaitReady(
                      "DoSQLBackup", "quickstart-first", QuickstartSession.READY_MAX, progress)
                  .path("status");
          return "%d bytes at %s"
              .formatted(status.path("bytes").asLong(), status.path("location").asText());
        });
  }

  /** Without it the database serves all the same. */
  private void optional(String title, Display.Work work) throws InterruptedException {
    try {
      display.step(title, work);
    } catch (QuickstartException e) {
      display.print("Warning: " + e.text());
    }
  }

  private void stop(QuickstartSession session) {
    display.print("Stopping the operator, the database and the Kubernetes API ...");
    long begin = System.nanoTime();
    session.close();
    display.print("Stopped in %s.".formatted(Display.seconds(System.nanoTime() - begin)));
  }
}
