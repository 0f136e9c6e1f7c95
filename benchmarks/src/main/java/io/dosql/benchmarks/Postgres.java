package io.dosql.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PostgreSQL 15 with its own settings, fsync and synchronous_commit on, on a unix socket; its load
 * comes from pgbench.
 */
final class Postgres implements AutoCloseable {

  /** It refuses to run as root. */
  private static final String USER = "postgres";

  private static final Pattern PROCESSED =
      Pattern.compile("number of transactions actually processed: (\\d+)");
  private static final Pattern PER_SECOND =
      Pattern.compile("tps = ([0-9.]+) \\(without initial connection time\\)");
  private static final Pattern FAILED = Pattern.compile("number of failed transactions: (\\d+)");
  private static final Pattern AVERAGE = Pattern.compile("latency average = ([0-9.]+) ms");

  private final Installation installation;
  private final Path folder;

  private Postgres(Installation installation, Path folder) {
    this.installation = installation;
    this.folder = folder;
  }

  static Postgres start(Installation installation, Path folder)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    String _ = Programs.run("chown", USER, folder.toString());
    Postgres postgres = new Postgres(installation, folder);
    postgres.asUser("initdb", "-D", postgres.data(), "-A", "trust", "-E", "UTF8", "--locale=C");
    Files.writeString(
        folder.resolve("data/postgresql.auto.conf"),
        """
        fsync = on
        synchronous_commit = on
        listen_addresses = ''
        unix_socket_directories = '%s'
        max_connections = 200
        """
            .formatted(folder));
    postgres.asUser(
        "pg_ctl",
        "-D",
        postgres.data(),
        "-l",
        folder.resolve("postgres.log").toString(),
        "-w",
        "start");
    try {
      postgres.sql("CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text)");
      postgres.sql("CREATE TABLE p (id bigint PRIMARY KEY, v text)");
      postgres.sql(
          "INSERT INTO p SELECT i, 'value-' || lpad(i::text, 8, '0')"
              + " || '-abcdefghijklmnopqrstuvwxyz0123456789' FROM generate_series(1, "
              + Http.ROWS
              + ") i");
      postgres.sql("VACUUM ANALYZE p");
      return postgres;
    } catch (IOException failure) {
      postgres.close();
      throw failure;
    }
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private void sql(String sql) throws IOException, InterruptedException {
    asUser("psql", "-h", folder.toString(), "-v", "ON_ERROR_STOP=1", "-q", "-c", sql, "postgres");
  }

  private String asUser(String program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "runuser",
                "-u",
                USER,
                "--",
                Installation.postgresql(program)
                    .orElseThrow(() -> new IOException(program + " is missing"))
                    .toString()));
    command.addAll(List.of(arguments));
    return Programs.run(command, Map.of());
  }

  /**
   * Sends a script's statements for a while.
   *
   * @param operations how many of them a transaction of the script counts for
   */
  Reading load(String script, int clients, int operations, Duration duration)
      throws IOException, InterruptedException {
    String output =
        Programs.run(
            "pgbench",
            "-h",
            folder.toString(),
            "-U",
            USER,
            "-n",
            "-M",
            "prepared",
            "-c",
            Integer.toString(clients),
            "-j",
            "2",
            "-T",
            Long.toString(duration.toSeconds()),
            "-f",
            installation.sources().resolve("sql").resolve(script).toString(),
            "postgres");
    if (number(PROCESSED, output) <= 0 || number(FAILED, output) > 0) {
      throw new IOException("pgbench: " + output);
    }
    return new Reading(
        number(PER_SECOND, output) * operations,
        Math.round(number(AVERAGE, output) * 1000),
        0,
        List.of());
  }

  private static double number(Pattern pattern, String output) throws IOException {
    Matcher found = pattern.matcher(output);
    if (!found.find()) {
      throw new IOException("pgbench did not tell '%s': %s".formatted(pattern, output));
    }
    return Double.parseDouble(found.group(1));
  }

  @Override
  public void close() {
    try {
      String _ = asUser("pg_ctl", "-D", data(), "-m", "fast", "-w", "stop");
    } catch (IOException failure) {
      System.err.println("PostgreSQL did not stop: " + failure.getMessage());
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
