package io.dosql.engine.tenant;

import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reading a commit of a mebibyte back from the WAL, checksums checked. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class WalReaderBenchmark {

  private static final int FRAME_BYTES = 4096 + 24;

  private Path folder = Path.of("");
  private Path wal = Path.of("");
  private int frames;

  @Setup(Level.Trial)
  public void makeWal() throws IOException {
    folder = Files.createTempDirectory("wal");
    Path database = folder.resolve("data.db");
    wal = folder.resolve("copy-wal");
    try (SqliteConnection sqlite = SqliteConnection.open(database, OpenMode.CREATE)) {
      sqlite.execute("PRAGMA journal_mode = WAL");
      sqlite.execute("PRAGMA wal_autocheckpoint = 0");
      sqlite.execute("CREATE TABLE t AS SELECT randomblob(1000000) AS v");
      Files.copy(folder.resolve("data.db-wal"), wal);
    }
    frames = (int) (Files.size(wal) / FRAME_BYTES);
  }

  @TearDown(Level.Trial)
  public void delete() throws IOException {
    Files.delete(wal);
    Files.delete(folder.resolve("data.db"));
    Files.delete(folder);
  }

  @Benchmark
  public Object read() throws IOException {
    try (WalReader reader = new WalReader(wal, 4096)) {
      return reader.next(frames);
    }
  }
}
