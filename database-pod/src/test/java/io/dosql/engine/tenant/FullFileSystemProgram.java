package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * What {@link FullFileSystemTest} runs on a small file system of its own: fills it, writes on,
 * frees it. Prints what was acknowledged.
 */
final class FullFileSystemProgram {

  private static final LogOptions SMALL_SEGMENTS =
      new LogOptions(
          1 << 20, 1 << 20, 64 << 10, 64 << 10, Duration.ofSeconds(10), Duration.ofSeconds(10));

  private final TestEngine engine;
  private final Path ballast;
  private int acknowledged;

  private FullFileSystemProgram(TestEngine engine, Path ballast) {
    this.engine = engine;
    this.ballast = ballast;
  }

  public static void main(String[] arguments) throws Exception {
    Path disk = Path.of(arguments[0]);
    long reserveBytes = Long.parseLong(arguments[1]);
    TenantLimits limits =
        new TenantLimits(
            10,
            10,
            Duration.ofHours(1),
            10,
            4,
            1 << 20,
            256 << 10,
            Long.MAX_VALUE,
            1 << 20,
            16 << 20,
            reserveBytes);
    FullFileSystemProgram program =
        new FullFileSystemProgram(
            TestEngine.start(disk.resolve("data"), limits, SMALL_SEGMENTS, storage -> storage),
            disk.resolve("ballast"));
    program.engine.write("main", "CREATE TABLE t (v)");
    program.run(reserveBytes);
    System.out.println("acknowledged " + program.acknowledged);
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private void run(long reserveBytes) throws Exception {
    require(insert(), "there is space at first");
    fill(reserveBytes / 2);
    await(() -> !insert(), "a write was refused");
    long before = count();
    // Not one byte is left for anybody; what is there can be read all the same.
    fill(0);
    require(count() == before, "reads go on");
    require(!insert(), "writes are refused");
    Files.delete(ballast);
    await(this::insert, "writes go on without a restart");
    require(count() == acknowledged, "acknowledged rows are there, refused ones are not");
  }

  /** Leaves so many bytes free. */
  private void fill(long leave) throws IOException {
    byte[] block = new byte[64 << 10];
    try (OutputStream out =
        Files.newOutputStream(
            ballast,
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.APPEND)) {
      int size = block.length;
      while (size > 0) {
        if (Files.getFileStore(ballast).getUsableSpace() - size < leave) {
          size /= 2;
        } else {
          out.write(block, 0, size);
        }
      }
    } catch (IOException full) {
      require(leave == 0, "the disk is full too early: " + full);
    }
  }

  private boolean insert() {
    try {
      long _ = engine.write("main", "INSERT INTO t VALUES (hex(randomblob(20000)))");
      acknowledged++;
      return true;
    } catch (DosqlException refused) {
      require(refused.code() == ErrorCode.RESOURCE_EXHAUSTED, "refused by " + refused);
      require(!refused.suggestion().isEmpty(), "with advice");
      return false;
    }
  }

  private long count() {
    return Long.parseLong(engine.rows("main", "SELECT count(*) FROM t").getFirst().getFirst());
  }

  /** The guard looks at the disk from time to time. */
  private static void await(BooleanSupplier condition, String what) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      require(System.nanoTime() - end < 0, "not in time: " + what);
      // Each try may write: without a pause the disk would be full before the guard looks.
      Thread.sleep(Duration.ofMillis(20));
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
