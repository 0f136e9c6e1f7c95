package io.dosql.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What is compared with what, and what has to come out. */
final class Suite {

  static final String DISK = "disk";

  private static final int CLIENTS = 64;
  private static final int FEW_CLIENTS = 16;

  /** Requests that share a round trip, in the rows about that. */
  private static final int DEPTH = 8;

  private final Installation installation;
  private final Contestants contestants;
  private final List<Measurement> measurements = new ArrayList<>();

  Suite(Installation installation, Contestants contestants) {
    this.installation = installation;
    this.contestants = contestants;
    add(DISK, "fdatasync of 4 KiB", lacksTool("fdatasync"), this::disk);
    addInserts();
    addReads();
    addProtocols();
    addInProcess();
    addLife();
  }

  /** In the order in which they are measured. */
  List<Measurement> measurements() {
    return List.copyOf(measurements);
  }

  List<Row> rows() {
    return Stream.of(rowsAgainstOthers(), rowsOfProtocols()).flatMap(List::stream).toList();
  }

  /** What the protocols cost, one against the other in the same pod. */
  private static List<Row> rowsOfProtocols() {
    String sockets = "point reads over 16 WebSockets, 8 requests in flight on each";
    String stream = "100,000 rows as a stream over HTTP, one client, ";
    return List.of(
        new Row.Delay(
            "point read by Hrana over HTTP, one client, p50",
            "plain JSON",
            "pod-hrana-1",
            "pod-read-1",
            1.3),
        new Row.Delay(
            "point read by Hrana over HTTP, 16 clients, p50",
            "plain JSON",
            "pod-hrana-16",
            "pod-read-16",
            1.3),
        new Row.Ratio(sockets, "Hrana over HTTP, 16 clients", "pod-sockets", "pod-hrana-16", 1.5),
        new Row.Ratio(
            sockets, "plain JSON over HTTP, 16 clients", "pod-sockets", "pod-read-16", 1.5),
        new Row.Ratio(stream + "NDJSON", "read by a session", "pod-rows", "session-rows", 0.5),
        new Row.Ratio(stream + "NDJSON", "read by the binding", "pod-rows", "java-rows", 0.5),
        new Row.Ratio(stream + "cursor", "read by a session", "pod-cursor", "session-rows", 0.5),
        new Row.Ratio(stream + "cursor", "read by the binding", "pod-cursor", "java-rows", 0.5),
        new Row.Ratio(
            "point reads over HTTP, 16 clients, with a token",
            "the same without",
            "pod-read-jwt",
            "pod-read-16",
            0));
  }

  private static List<Row> rowsAgainstOthers() {
    String inserts = "durable single-row inserts over HTTP, 64 clients, one tenant";
    return List.of(
        new Row.Ratio(inserts, "workerd", "pod-insert", "workerd-insert", 10),
        new Row.Ratio(inserts, "PostgreSQL 15", "pod-insert", "pg-insert", 1),
        new Row.Ratio(inserts, "SQLite, FULL, one by one", "pod-insert", "c-commit", 4, true),
        new Row.Ratio(
            inserts + ", with a token", "the same without", "pod-insert-jwt", "pod-insert", 0),
        new Row.Ratio(
            "the same over 1,000 tenants", "one tenant", "pod-insert-1000", "pod-insert", 0.8),
        new Row.Ratio(
            "point reads over HTTP, 16 clients", "workerd", "pod-read-16", "workerd-read-16", 4),
        new Row.Ratio(
            "point reads over HTTP, 64 clients", "workerd", "pod-read-64", "workerd-read-64", 4),
        new Row.Ratio(
            "point reads over HTTP, 16 clients", "PostgreSQL 15", "pod-read-16", "pg-read-16", 0.7),
        new Row.Ratio(
            "point reads over HTTP, 64 clients", "PostgreSQL 15", "pod-read-64", "pg-read-64", 0.7),
        new Row.Ratio(
            "point reads over HTTP, 16 clients, 8 requests in a Hrana pipeline",
            "PostgreSQL 15, one a round trip",
            "pod-hrana-8x16",
            "pg-read-16",
            1),
        new Row.Ratio(
            "the same",
            "PostgreSQL 15, 8 in its pipeline mode",
            "pod-hrana-8x16",
            "pg-read-8x16",
            0),
        new Row.Ratio(
            "the same, 8 HTTP requests sent in one go",
            "PostgreSQL 15, one a round trip",
            "pod-read-8x16",
            "pg-read-16",
            0),
        new Row.Ratio("point reads in process", "C", "java-read", "c-read", 0.8),
        new Row.Ratio(
            "durable inserts in process, 64 writers",
            "C, a group is a transaction",
            "java-insert",
            "c-group",
            0.6),
        new Row.Ratio("the same", "C, each its own commit", "java-insert", "c-group-commits", 0),
        new Row.Latency("wake a 50 MB tenant, first answer", "pod-wake", 10),
        new Row.Ratio(
            "mixed 90/10, 100 awake of 10,000 tenants",
            "one tenant",
            "pod-mixed-100",
            "pod-mixed-1",
            0.7));
  }

  private void addInserts() {
    Load insert = new Load("insert", CLIENTS, 1, 1);
    add(
        "pod-insert",
        "pod: inserts, 64 clients",
        lacksWrk(),
        d -> contestants.pod().load(insert, d));
    add(
        "workerd-insert",
        "workerd: inserts, 64 clients",
        lacksWrk() + lacksTool("workerd"),
        d -> contestants.workerd().load(insert, d));
    add(
        "pg-insert",
        "PostgreSQL: inserts, 64 clients",
        lacksPostgres(),
        d -> contestants.postgres().load("insert.sql", CLIENTS, 1, d));
    add(
        "c-commit",
        "SQLite in C: synchronous=FULL, one by one",
        lacksTool("commits"),
        d -> c(d, "commits", database("commits")));
    add(
        "pod-insert-jwt",
        "pod: inserts, 64 clients, with a token",
        lacksWrk(),
        d -> contestants.guardedPod().load(insert, d));
    add(
        "pod-insert-1000",
        "pod: inserts, 64 clients over 1,000 tenants",
        lacksWrk(),
        d -> contestants.podOfMany().load(new Load("insert", CLIENTS, Contestants.MANY, 1), d));
  }

  private void addReads() {
    for (int clients : List.of(FEW_CLIENTS, CLIENTS)) {
      Load read = new Load("read", clients, 1, 1);
      String what = ": point reads, " + clients + " clients";
      add("pod-read-" + clients, "pod" + what, lacksWrk(), d -> contestants.pod().load(read, d));
      add(
          "workerd-read-" + clients,
          "workerd" + what,
          lacksWrk() + lacksTool("workerd"),
          d -> contestants.workerd().load(read, d));
      add(
          "pg-read-" + clients,
          "PostgreSQL" + what,
          lacksPostgres(),
          d -> contestants.postgres().load("read.sql", clients, 1, d));
    }
    add(
        "pod-read-8x16",
        "pod: point reads, 16 clients, 8 a round trip",
        lacksWrk(),
        d -> contestants.pod().load(new Load("read", FEW_CLIENTS, 1, DEPTH), d));
    add(
        "pod-hrana-8x16",
        "pod: point reads, 16 clients, Hrana pipelines of 8",
        lacksWrk(),
        d -> contestants.pod().load(new Load("hrana", FEW_CLIENTS, 1, DEPTH), d));
    add(
        "pg-read-8x16",
        "PostgreSQL: point reads, 16 clients, pipelines of 8",
        lacksPostgres(),
        d -> contestants.postgres().load("read-pipelined.sql", FEW_CLIENTS, DEPTH, d));
  }

  private void addProtocols() {
    Load read = new Load("read", FEW_CLIENTS, 1, 1);
    add(
        "pod-read-jwt",
        "pod: point reads, 16 clients, with a token",
        lacksWrk(),
        d -> contestants.guardedPod().load(read, d));
    add(
        "pod-read-1",
        "pod: point reads, one client",
        lacksWrk(),
        d -> contestants.pod().load(new Load("read", 1, 1, 1), d));
    for (int clients : List.of(1, FEW_CLIENTS)) {
      add(
          "pod-hrana-" + clients,
          "pod: point reads, " + (clients == 1 ? "one client" : clients + " clients") + ", Hrana",
          lacksWrk(),
          d -> contestants.pod().load(new Load("hrana", clients, 1, 1), d));
    }
    add(
        "pod-sockets",
        "pod: point reads, 16 WebSockets, 8 in flight on each",
        lacksTool("sockets"),
        this::sockets);
    add(
        "java-rows",
        "engine's binding: rows of a whole table",
        "",
        d -> inProcess(TableReads.class, d));
    add("session-rows", "engine's sessions: rows of a whole table", "", this::sessionReads);
    add(
        "pod-rows",
        "pod: rows streamed as NDJSON, one client",
        lacksWrk(),
        d -> contestants.pod().load(new Load("rows", 1, 1, 1), d));
    add(
        "pod-cursor",
        "pod: rows streamed by Hrana's cursor, one client",
        lacksWrk(),
        d -> contestants.pod().load(new Load("cursor", 1, 1, 1), d));
  }

  private Reading sockets(Duration duration) throws IOException, InterruptedException {
    long[] result =
        Programs.result(
            Programs.run(
                tool("sockets"),
                Integer.toString(contestants.pod().port()),
                "/db/bench/",
                Integer.toString(FEW_CLIENTS),
                Integer.toString(DEPTH),
                Long.toString(duration.toSeconds())));
    return new Reading(result[0] * 1e6 / result[1], result[2], result[3], List.of());
  }

  /** A program that reads the table of {@link Http#ROWS} rows. */
  private Reading inProcess(Class<?> main, Duration duration)
      throws IOException, InterruptedException {
    return child(
        main,
        Map.of(),
        contestants.readDatabase().toString(),
        Integer.toString(Http.ROWS),
        Long.toString(duration.toSeconds()));
  }

  private void addInProcess() {
    add("java-read", "engine's binding: point reads", "", d -> inProcess(PointReads.class, d));
    add(
        "c-read",
        "SQLite in C: point reads",
        lacksTool("reads"),
        d -> c(d, "reads", contestants.readDatabase().toString(), Integer.toString(Http.ROWS)));
    add("java-insert", "engine's sessions: inserts, 64 writers", "", this::sessionWrites);
    add(
        "c-group",
        "SQLite in C: inserts, 64 threads, a group is a transaction",
        lacksTool("groups"),
        d -> groups(d, "transaction"));
    add(
        "c-group-commits",
        "SQLite in C: inserts, 64 threads, each its own commit, a sync a group",
        lacksTool("groups"),
        d -> groups(d, "commits"));
  }

  private void addLife() {
    add("pod-wake", "pod: first answer of a 50 MB tenant", "", d -> contestants.wake().measure(d));
    add(
        "pod-mixed-1",
        "pod of 10,000 tenants: mixed, 64 clients, one tenant",
        lacksWrk(),
        d -> contestants.crowdedPod().load(new Load("mixed", CLIENTS, 1, 1), d));
    add(
        "pod-mixed-100",
        "pod of 10,000 tenants: mixed, 64 clients, 100 tenants",
        lacksWrk(),
        d ->
            contestants
                .crowdedPod()
                .load(new Load("mixed", CLIENTS, Contestants.CROWD_AWAKE, 1), d));
  }

  private void add(String id, String what, String missing, Measurement.Probe probe) {
    measurements.add(new Measurement(id, what, missing.strip(), probe));
  }

  private static String lacksWrk() {
    return Programs.find("wrk").isPresent() ? "" : "wrk ";
  }

  private String lacksTool(String name) {
    return installation.tool(name).isPresent() ? "" : name + " ";
  }

  private static String lacksPostgres() {
    return Installation.postgresql("postgres").isPresent() && Programs.find("pgbench").isPresent()
        ? ""
        : "postgresql-15 ";
  }

  private Reading disk(Duration duration) throws IOException, InterruptedException {
    return c(duration, "fdatasync", contestants.folder().resolve("fdatasync.dat").toString());
  }

  private Reading groups(Duration duration, String how) throws IOException, InterruptedException {
    long[] result =
        Programs.result(
            Programs.run(
                tool("groups"),
                database("groups"),
                Integer.toString(CLIENTS),
                Long.toString(duration.toSeconds()),
                how));
    return Reading.rate(result[0], result[1]);
  }

  /** A program of {@code src/main/native}, with the seconds as its last argument. */
  private Reading c(Duration duration, String program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(tool(program)));
    command.addAll(List.of(arguments));
    command.add(Long.toString(duration.toSeconds()));
    long[] result = Programs.result(Programs.run(command, Map.of()));
    return Reading.rate(result[0], result[1]);
  }

  private String tool(String name) throws IOException {
    return installation
        .tool(name)
        .orElseThrow(() -> new IOException(name + " is not there"))
        .toString();
  }

  /** A new file's name. */
  private String database(String name) throws IOException {
    return Files.createTempDirectory(contestants.folder(), name).resolve("data.db").toString();
  }

  private Reading sessionWrites(Duration duration) throws IOException, InterruptedException {
    Path home = Files.createTempDirectory(contestants.folder(), "sessions");
    return child(
        SessionWrites.class,
        engineEnvironment(Files.createDirectory(home.resolve("data"))),
        Integer.toString(CLIENTS),
        Long.toString(duration.toSeconds()));
  }

  private Reading sessionReads(Duration duration) throws IOException, InterruptedException {
    return child(
        SessionReads.class,
        engineEnvironment(contestants.readData()),
        Integer.toString(Http.ROWS),
        Long.toString(duration.toSeconds()));
  }

  /** For an engine in a program of ours, without clients. */
  private Map<String, String> engineEnvironment(Path data) throws IOException {
    Path token =
        Files.writeString(data.resolveSibling("engine-admin.token"), "benchmark-admin-token");
    Map<String, String> environment = new HashMap<>(contestants.settings().environment());
    environment.put("DOSQL_DATA_DIR", data.toString());
    environment.put("DOSQL_DATABASE", "bench/bench");
    environment.put("DOSQL_BIND_HOST", "127.0.0.1");
    environment.put("DOSQL_HTTP_PORT", Integer.toString(Pod.freePort()));
    environment.put("DOSQL_ADMIN_PORT", Integer.toString(Pod.freePort()));
    environment.put("DOSQL_ADMIN_TOKEN_FILE", token.toString());
    environment.put("DOSQL_AUTH", "none");
    return environment;
  }

  /** A part of this program, in a JVM like the pod's. */
  private Reading child(Class<?> main, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Installation.java().toString());
    command.addAll(installation.podFlags(contestants.settings().memory()));
    command.addAll(List.of("-cp", installation.classPath(), main.getName()));
    command.addAll(List.of(arguments));
    long[] result = Programs.result(Programs.run(command, environment));
    return Reading.rate(result[0], result[1]);
  }
}
