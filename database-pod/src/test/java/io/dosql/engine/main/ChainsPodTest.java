package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.Oracle;
import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole pod builds chains of what it archives, over restarts, and stock Litestream reads them.
 */
class ChainsPodTest {

  private static final String PREFIX = "shop/orders";

  /** A round comes within half a minute. */
  private static final Duration ROUND_MAX = Duration.ofSeconds(90);

  @TempDir Path folder;

  @Test
  void whatAPodCommitsGetsIntoChains_overRestarts() throws Exception {
    Path storeFolder = Files.createDirectories(folder.resolve("store"));
    EngineConfiguration.Store store = new EngineConfiguration.Store.Directory(storeFolder, PREFIX);
    long first;
    try (RealPod pod = new RealPod(folder, store)) {
      pod.sql("a", "CREATE TABLE t (v)");
      first = lsn(pod.sql("a", "INSERT INTO t VALUES ('one')"));
    }
    long last;
    String line;
    try (RealPod pod = new RealPod(folder, store)) {
      line = pod.admin("/admin/status").body().path("line").asText();
      awaitChain(storeFolder, line, "a", first);
      last = lsn(pod.sql("a", "INSERT INTO t VALUES ('two')"));
      awaitChain(storeFolder, line, "a", last);
      // The first snapshot of the other tenant may be the first pod's work.
      long ofAnother = lsn(pod.sql("b", "CREATE TABLE t (v)"));
      awaitChain(storeFolder, line, "b", ofAnother);
      // A file is there before it is counted.
      await().atMost(ROUND_MAX).untilAsserted(() -> assertCounted(pod));
    }
    restoreByLitestream(storeFolder, line);
  }

  private static void assertCounted(RealPod pod) throws Exception {
    JsonNode chains = pod.admin("/admin/status").body().path("archive").path("chains");
    assertThat(chains.path("tenantsWaiting").asInt(-1)).isZero();
    assertThat(chains.path("error").isNull()).isTrue();
    assertThat(pod.get("/metrics").body())
        .containsPattern("dosql_chain_files_total\\{level=\"9\",} [1-9]")
        .containsPattern("dosql_chain_files_total\\{level=\"1\",} [1-9]")
        .contains("dosql_chain_lag_seconds")
        .contains("dosql_chain_tenants_waiting 0.0");
  }

  private static long lsn(JsonNode answer) {
    return answer.path("lsn").asLong();
  }

  private static void awaitChain(Path storeFolder, String line, String tenant, long lsn) {
    try (DirectoryObjectStore store = new DirectoryObjectStore(storeFolder)) {
      ChainCatalog catalog = new ChainCatalog(store, ArchiveLayout.forDirectory(PREFIX), line);
      await()
          .atMost(ROUND_MAX)
          .untilAsserted(() -> assertThat(catalog.state(tenant).end()).isEqualTo(lsn));
      assertThat(catalog.files(tenant, ChainLevel.SNAPSHOT, 0)).hasSize(1);
    }
  }

  private void restoreByLitestream(Path storeFolder, String line) throws Exception {
    Optional<Oracle> litestream = Oracle.find("litestream");
    if (litestream.isEmpty()) {
      System.err.println(
          "SKIPPED: no stock litestream, so it was not checked that it restores a pod's chain");
      return;
    }
    Path replica =
        storeFolder.resolve(PREFIX + "/" + ArchiveLayout.forDirectory("").replica(line, "a"));
    Path restored = folder.resolve("restored.db");
    String _ =
        litestream
            .get()
            .run(
                Map.of(),
                List.of(
                    "restore",
                    "-integrity-check",
                    "full",
                    "-o",
                    restored.toString(),
                    "file://" + replica));
    List<String> rows = new ArrayList<>();
    try (SqliteConnection sqlite = SqliteConnection.open(restored, OpenMode.READ_ONLY);
        SqliteStatement all = sqlite.prepare("SELECT v FROM t ORDER BY rowid")) {
      while (all.step()) {
        rows.add(all.text(0));
      }
    }
    assertThat(rows).containsExactly("one", "two");
  }
}
