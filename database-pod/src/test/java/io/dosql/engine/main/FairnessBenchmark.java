package io.dosql.engine.main;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one tenant's load does to another's latency, over HTTP against a pod in a process of its
 * own: p50 and p99 of point reads and of durable single-row inserts while the other tenant is
 * quiet, and their ratios to that under each kind of noise. Medians over interleaved rounds. The
 * load generator shares the machine with the pod, which only makes the figures worse. Run main;
 * arguments: rounds (default 5), seconds per phase (default 2).
 */
public final class FairnessBenchmark {

  /** What the noisy tenant's clients send, each without a pause. */
  private enum Noise {
    QUIET(0, ""),
    SMALL_WRITES(32, "INSERT INTO t (v) VALUES (hex(randomblob(50)))"),
    LARGE_WRITES(
        4,
        "INSERT INTO t (v) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT"
            + " 20000) SELECT hex(randomblob(200)) FROM n"),
    HEAVY_READS(
        32,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000)"
            + " SELECT sum(i) FROM n"),
    SORTS(
        16,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 60000)"
            + " SELECT count(*) FROM (SELECT i FROM n ORDER BY random() LIMIT 59999)"),
    VALUES_SEARCHED(16, "SELECT instr(zeroblob(16000000), x'0001')"),
    LARGE_RESULTS(
        4,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 50000)"
            + " SELECT i, printf('%0100d', i) FROM n");

    private final int clients;
    private final String sql;

    Noise(int clients, String sql) {
      this.clients = clients;
      this.sql = sql;
    }
  }

  private record Latencies(double readP50, double readP99, double writeP50, double writeP99) {}

  private final PodProcess pod;
  private final Duration phase;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final LongAdder noiseFailures = new LongAdder();
  private final LongAdder noiseDone = new LongAdder();

  private FairnessBenchmark(PodProcess pod, Duration phase) {
    this.pod = pod;
    this.phase = phase;
  }

  /** Prints a table. */
  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2;
    Path folder = Files.createTempDirectory(Path.of("").toAbsolutePath(), "fairness-benchmark");
    try (PodProcess pod = PodProcess.start(folder, Map.of())) {
      new FairnessBenchmark(pod, Duration.ofSeconds(seconds)).run(rounds);
    } finally {
      deleteAll(folder);
    }
  }

  private static void deleteAll(Path folder) throws IOException {
    try (var all = Files.walk(folder)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private void run(int rounds) throws Exception {
    for (String tenant : List.of("quiet", "noisy")) {
      pod.query(tenant, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
      pod.query(
          tenant,
          "INSERT INTO t (v) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT"
              + " 1000) SELECT hex(randomblob(50)) FROM n");
    }
    var _ = measure(Noise.QUIET);
    Map<Noise, List<Latencies>> all = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Noise noise : Noise.values()) {
        all.computeIfAbsent(noise, none -> new ArrayList<>()).add(measure(noise));
        pod.query("noisy", "DELETE FROM t WHERE id > 1000");
      }
    }
    threads.shutdownNow();
    System.out.printf(
        "%-16s %28s %28s%n", "noise", "read p50 / p99 ms, ratio", "write p50 / p99 ms, ratio");
    Latencies quiet = median(Objects.requireNonNull(all.get(Noise.QUIET)));
    all.forEach(
        (noise, rows) -> {
          Latencies row = median(rows);
          System.out.printf(
              "%-16s %8.2f / %7.2f  %5.1f x  %9.2f / %7.2f  %5.1f x%n",
              noise,
              row.readP50,
              row.readP99,
              row.readP99 / quiet.readP99,
              row.writeP50,
              row.writeP99,
              row.writeP99 / quiet.writeP99);
        });
    System.out.println("noise: done " + noiseDone + ", refused " + noiseFailures);
  }

  private Latencies measure(Noise noise) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    List<Future<?>> noisy = new ArrayList<>();
    for (int i = 0; i < noise.clients; i++) {
      noisy.add(threads.submit(() -> makeNoise(noise.sql, stop)));
    }
    Future<double[]> reads =
        threads.submit(() -> latencies("SELECT v FROM t WHERE id = 500", "quiet"));
    Future<double[]> writes =
        threads.submit(() -> latencies("INSERT INTO t (v) VALUES ('some text')", "quiet"));
    double[] read = reads.get();
    double[] write = writes.get();
    stop.set(true);
    for (Future<?> each : noisy) {
      each.get();
    }
    return new Latencies(at(read, 0.5), at(read, 0.99), at(write, 0.5), at(write, 0.99));
  }

  private Object makeNoise(String sql, AtomicBoolean stop) throws IOException {
    try (Connection connection = new Connection(pod.port(), "noisy", sql)) {
      while (!stop.get()) {
        (connection.ask() == 200 ? noiseDone : noiseFailures).increment();
      }
    }
    return noiseDone;
  }

  /** In milliseconds, ascending. */
  private double[] latencies(String sql, String tenant) throws IOException {
    List<Double> all = new ArrayList<>();
    try (Connection connection = new Connection(pod.port(), tenant, sql)) {
      long end = System.nanoTime() + phase.toNanos();
      while (System.nanoTime() < end) {
        long start = System.nanoTime();
        if (connection.ask() != 200) {
          throw new IllegalStateException("the quiet tenant was refused");
        }
        all.add((System.nanoTime() - start) / 1e6);
      }
    }
    return all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  private static double at(double[] ascending, double share) {
    return ascending[(int) Math.min(ascending.length - 1L, (long) (ascending.length * share))];
  }

  private static Latencies median(List<Latencies> rows) {
    return new Latencies(
        median(rows.stream().mapToDouble(Latencies::readP50).toArray()),
        median(rows.stream().mapToDouble(Latencies::readP99).toArray()),
        median(rows.stream().mapToDouble(Latencies::writeP50).toArray()),
        median(rows.stream().mapToDouble(Latencies::writeP99).toArray()));
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** Sends one statement again and again on one connection, at little cost. */
  private static final class Connection implements AutoCloseable {
    private final Socket socket;
    private final OutputStream out;
    private final InputStream in;
    private final byte[] request;
    private final byte[] sink = new byte[64 * 1024];

    private Connection(int port, String tenant, String sql) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      out = socket.getOutputStream();
      in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
      String body = "{\"sql\":\"" + sql + "\"}";
      request =
          ("POST /db/%s/query HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                  + "Content-Length: %d\r\n\r\n%s")
              .formatted(tenant, body.length(), body)
              .getBytes(StandardCharsets.UTF_8);
    }

    /** The status. */
    private int ask() throws IOException {
      out.write(request);
      int status = Integer.parseInt(line().substring(9, 12));
      long length = -1;
      for (String header = line(); !header.isEmpty(); header = line()) {
        if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
          length = Long.parseLong(header.substring(15).strip());
        }
      }
      if (length >= 0) {
        skip(length);
      } else {
        for (long size = chunk(); size > 0; size = chunk()) {
          skip(size + 2);
        }
        var _ = line();
      }
      return status;
    }

    private long chunk() throws IOException {
      return Long.parseLong(line().strip(), 16);
    }

    private void skip(long bytes) throws IOException {
      long left = bytes;
      while (left > 0) {
        int read = in.read(sink, 0, (int) Math.min(sink.length, left));
        if (read < 0) {
          throw new IOException("closed in the middle of an answer");
        }
        left -= read;
      }
    }

    private String line() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int next = in.read(); next != '\n'; next = in.read()) {
        if (next < 0) {
          throw new IOException("closed in the middle of an answer");
        }
        line.append((char) next);
      }
      return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
