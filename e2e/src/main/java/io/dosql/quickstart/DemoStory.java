package io.dosql.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The whole path, as a user walks it, over a session that has just been started: each step checks
 * what it says. Used by one thread.
 */
final class DemoStory implements AutoCloseable {

  private static final Duration STEP_MAX = Duration.ofSeconds(60);
  private static final List<String> TENANTS = List.of("main", "acme");
  private static final String MIGRATION = "quickstart-schema";
  private static final String BAD_MIGRATION = "demo-bad-migration";
  private static final String BACKUP = "quickstart-first";
  private static final String RESTORE = "quickstart-restore";

  private final Installation installation;
  private final QuickstartSession session;
  private @Nullable SqlClient client;
  private Map<String, List<String>> kept = Map.of();

  DemoStory(Installation installation, QuickstartSession session) {
    this.installation = installation;
    this.session = session;
  }

  List<DemoStep> steps() {
    return List.of(
        new DemoStep("Create a database", this::create),
        new DemoStep("SQL over HTTP", this::write),
        new DemoStep("Migrate", this::migrate),
        new DemoStep("A migration that fails", this::failToMigrate),
        new DemoStep("Back up", this::backUp),
        new DemoStep("Destroy", this::destroy),
        new DemoStep("Restore", this::restore),
        new DemoStep("Compare", this::compare));
  }

  private SqlClient sql() {
    if (client == null) {
      throw new IllegalStateException("no database was created");
    }
    return client;
  }

  private boolean apply(String example) throws QuickstartException {
    return session.resources().createMissing(installation.example(example));
  }

  private String create(Display.Progress progress)
      throws QuickstartException, InterruptedException {
    boolean _ = apply("quickstart/1-volume.yaml");
    boolean _ = apply("quickstart/2-database.yaml");
    var _ =
        session
            .resources()
            .awaitReady("DoSQLDatabase", QuickstartSession.DATABASE.name(), STEP_MAX, progress);
    Connection connection = session.publish();
    client = new SqlClient(connection);
    return connection.url();
  }

  /** Two tenants, of which one is made by using it; values of every type. */
  private String write(Display.Progress progress) throws QuickstartException, InterruptedException {
    for (String tenant : TENANTS) {
      sql()
          .batch(
              tenant,
              List.of(
                  "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, weight REAL, raw BLOB)",
                  "INSERT INTO notes (body, weight, raw) VALUES ('of %s', 0.1, x'00ff'), (NULL, -1e300, NULL)"
                      .formatted(tenant),
                  "INSERT INTO notes (id, body) VALUES (9223372036854775807, 'the last id')"));
    }
    List<String> rows = sql().query("acme", "SELECT count(*) FROM notes");
    expect("rows of notes in tenant acme", List.of("[3]"), rows);
    return "3 rows in each of 2 tenants";
  }

  private String migrate(Display.Progress progress)
      throws QuickstartException, InterruptedException {
    boolean _ = apply("quickstart/3-migration.yaml");
    JsonNode migration =
        session.resources().awaitReady("DoSQLMigration", MIGRATION, STEP_MAX, progress);
    for (String tenant : TENANTS) {
      expect(
          "books in tenant " + tenant,
          List.of("[3]"),
          sql().query(tenant, "SELECT count(*) FROM books"));
    }
    return "%s in %d tenants"
        .formatted(
            migration.path("status").path("current").asText(),
            migration.path("status").path("tenants").path("done").asInt());
  }

  /** Its first statement would succeed, its second cannot: neither may leave a trace. */
  private String failToMigrate(Display.Progress progress)
      throws QuickstartException, InterruptedException {
    Map<String, List<String>> before = everything();
    boolean _ = session.resources().createMissing(badMigration());
    JsonNode failure =
        session
            .resources()
            .awaitStalled("DoSQLMigration", BAD_MIGRATION, STEP_MAX, progress)
            .path("status")
            .path("failure");
    expect("the migration that failed", "003_bad", failure.path("migration").asText());
    expect("the statement that failed", "2", failure.path("statement").asText());
    expectSame("a migration that failed", before, everything());
    session.resources().delete("DoSQLMigration", BAD_MIGRATION);
    return "statement %d, line %d: %s; nothing changed"
        .formatted(
            failure.path("statement").asInt(),
            failure.path("line").asInt(),
            failure.path("message").asText());
  }

  private Path badMigration() throws QuickstartException {
    Path file = session.folder().root().resolve("bad-migration.yaml");
    try {
      Files.writeString(
          file,
          """
          apiVersion: dosql.io/v1alpha1
          kind: DoSQLMigration
          metadata:
            name: %s
          spec:
            databaseRef:
              name: %s
            migrations:
            - id: 003_bad
              sql: |
                UPDATE books SET title = 'changed by a migration that fails';
                ALTER TABLE no_such_table ADD COLUMN x TEXT;
          """
              .formatted(BAD_MIGRATION, QuickstartSession.DATABASE.name()));
      return file;
    } catch (IOException e) {
      throw new QuickstartException("Cannot write %s: %s".formatted(file, e), e);
    }
  }

  private String backUp(Display.Progress progress)
      throws QuickstartException, InterruptedException {
    kept = everything();
    boolean _ = apply("quickstart/4-backup.yaml");
    JsonNode status =
        session.resources().awaitReady("DoSQLBackup", BACKUP, STEP_MAX, progress).path("status");
    expect("tenants in the backup", "2", status.path("tenants").asText());
    return "%d tenants, %d bytes, %s"
        .formatted(
            status.path("tenants").asInt(),
            status.path("bytes").asLong(),
            status.path("location").asText());
  }

  private String destroy(Display.Progress progress)
      throws QuickstartException, InterruptedException {
    sql().batch("main", List.of("DROP TABLE books", "UPDATE notes SET body = 'overwritten'"));
    sql().batch("acme", List.of("DELETE FROM books", "DROP TABLE notes"));
    expect(
        "tables called books in tenant main",
        List.of("[0]"),
        sql().query("main", "SELECT count(*) FROM sqlite_schema WHERE name = 'books'"));
    return "DROP TABLE, DELETE, UPDATE in 2 tenants";
  }

  private String restore(Display.Progress progress)
      throws QuickstartException, InterruptedException {
    boolean _ = apply("restore/restore.yaml");
    JsonNode status =
        session.resources().awaitReady("DoSQLRestore", RESTORE, STEP_MAX, progress).path("status");
    return "%d tenants".formatted(status.path("progress").path("done").asInt());
  }

  private String compare(Display.Progress progress)
      throws QuickstartException, InterruptedException {
    Map<String, List<String>> now = everything();
    expectSame("the restore", kept, now);
    int rows = now.values().stream().mapToInt(List::size).sum();
    return "all %d rows and definitions are as they were at the backup".formatted(rows);
  }

  /** Every definition and every row of every tenant, by where it is. */
  private Map<String, List<String>> everything() throws QuickstartException, InterruptedException {
    Map<String, List<String>> all = new TreeMap<>();
    for (String tenant : TENANTS) {
      all.put(
          "definitions in tenant " + tenant,
          sql()
              .query(
                  tenant,
                  "SELECT name, sql FROM sqlite_schema WHERE tbl_name NOT GLOB '__dosql_*' ORDER BY name"));
      for (String table : List.of("books", "notes", "__dosql_migrations")) {
        all.put(
            table + " in tenant " + tenant,
            sql().query(tenant, "SELECT * FROM " + table + " ORDER BY 1"));
      }
    }
    return all;
  }

  private static void expectSame(
      String after, Map<String, List<String>> expected, Map<String, List<String>> found)
      throws QuickstartException {
    for (Map.Entry<String, List<String>> part : expected.entrySet()) {
      List<String> now = found.getOrDefault(part.getKey(), List.of());
      List<String> before = part.getValue();
      int rows = Math.max(before.size(), now.size());
      for (int row = 0; row < rows; row++) {
        expect(
            "row %d of %s, after %s".formatted(row + 1, part.getKey(), after),
            row < before.size() ? before.get(row) : "no row",
            row < now.size() ? now.get(row) : "no row");
      }
    }
  }

  private static void expect(String what, Object expected, Object found)
      throws QuickstartException {
    if (!expected.equals(found)) {
      throw new QuickstartException(
          "%s: expected %s, but found %s".formatted(what, expected, found));
    }
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
  }
}
