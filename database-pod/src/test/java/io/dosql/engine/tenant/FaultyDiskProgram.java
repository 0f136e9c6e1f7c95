package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.sqlite.CheckpointMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What {@link FaultyDiskTest} runs in a process whose disk fails it. Prints what was acknowledged,
 * and ends without closing anything.
 */
final class FaultyDiskProgram {

  private static final LogOptions SMALL_SEGMENTS =
      new LogOptions(
          1 << 20, 1 << 20, 64 << 10, 64 << 10, Duration.ofSeconds(10), Duration.ofSeconds(10));

  /** No checkpoint but those that the program asks for. */
  private static final TenantLimits NO_CHECKPOINTS =
      new TenantLimits(
          10,
          10,
          Duration.ofHours(1),
          10,
          4,
          1 << 20,
          Long.MAX_VALUE,
          Long.MAX_VALUE,
          1 << 20,
          16 << 20,
          0);

  private final TestEngine engine;

  private FaultyDiskProgram(TestEngine engine) {
    this.engine = engine;
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    FaultyDiskProgram program =
        new FaultyDiskProgram(
            TestEngine.start(
                folder,
                NO_CHECKPOINTS,
                SMALL_SEGMENTS,
                directory -> directory,
                // They would make the log long, and a long log makes checkpoints.
                RowChangeOptions.OFF));
    program.engine.write("main", "CREATE TABLE t (v)");
    switch (arguments[0]) {
      case "fillWal" -> program.fillWal();
      case "fillDatabase" -> program.fillDatabase();
      case "failSync" -> program.failSync(Path.of(arguments[2]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  private @Nullable DosqlException insert() {
    try {
      long _ = engine.write("main", "INSERT INTO t VALUES (hex(randomblob(50000)))");
      return null;
    } catch (DosqlException failure) {
      return failure;
    }
  }

  private long count() {
    return Long.parseLong(engine.rows("main", "SELECT count(*) FROM t").getFirst().getFirst());
  }

  /** Checkpoints; returns whether that failed. */
  private boolean checkpointFails() throws InterruptedException {
    Tenant tenant = engine.tenants().get(TenantName.MAIN);
    try (Tenant.Use use = tenant.use()) {
      boolean _ =
          use.database().jobs().onStrand(() -> use.database().checkpoint(CheckpointMode.PASSIVE));
      return false;
    } catch (RuntimeException failure) {
      System.out.println("checkpoint: " + failure.getMessage());
      return true;
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  /** The file system refuses to make the WAL larger. */
  private void fillWal() throws Exception {
    int acknowledged = 0;
    while (insert() == null) {
      acknowledged++;
      require(acknowledged < 1_000, "the WAL has no end");
    }
    require(count() == acknowledged, "a failed commit is seen");
    require(insert() != null, "the WAL grew after all");
    require(!checkpointFails(), "the database file has room");
    require(insert() == null, "the WAL begins anew");
    require(count() == acknowledged + 1, "a commit is missing");
    System.out.println("acknowledged " + (acknowledged + 1));
  }

  /** The file system refuses to make the database file larger. */
  private void fillDatabase() throws Exception {
    int acknowledged = 0;
    while (true) {
      if (insert() == null) {
        acknowledged++;
        require(acknowledged < 1_000, "the file has no end");
      } else if (checkpointFails()) {
        break;
      }
    }
    require(count() == acknowledged, "what is in the WAL can still be read");
    System.out.println("acknowledged " + acknowledged);
  }

  /** A sync of the database file fails, so that nobody knows what of it is on the disk. */
  private void failSync(Path switchFile) throws Exception {
    require(insert() == null, "the disk is well");
    require(insert() == null, "the disk is well");
    Files.createFile(switchFile);
    require(checkpointFails(), "the sync did not fail");
    require(
        engine.log().tenants().contains("main"), "the log let go of what may not be on the disk");
    try {
      long seen = count();
      throw new AssertionError("served " + seen + " rows while the file cannot be made durable");
    } catch (DosqlException unavailable) {
      require(unavailable.code() == ErrorCode.TENANT_UNAVAILABLE, unavailable.toString());
    }
    Files.delete(switchFile);
    // Or it is tried again after a while.
    engine.tenants().get(TenantName.MAIN).retry();
    require(count() == 2, "redo has brought back what was acknowledged");
    require(insert() == null, "the disk is well again");
    require(!checkpointFails(), "the disk is well again");
    System.out.println("acknowledged 3");
  }
}
