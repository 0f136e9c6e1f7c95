package io.dosql.engine.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.backup.BackupVerifier.Failure;
import io.dosql.engine.backup.BackupVerifier.Verdict;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupVerifierTest {

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private BackupBench bench;

  @BeforeEach
  void open() throws Exception {
    Path store = Files.createDirectories(folder.resolve("store"));
    bench =
        new BackupBench(folder, new DirectoryObjectStore(store), ArchiveLayout.forDirectory(""));
    bench.create("a", "one", "two");
    bench.create("b", "three");
  }

  /** Nothing may be left in the scratch folder: the bench looks. */
  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  private Verdict verify(String backup) {
    return new BackupVerifier(bench.catalog, bench.scratch).verify(backup);
  }

  @Test
  void soundBackup_isVerified() {
    bench.take("first");
    bench.insert("a", "later, which is none of its business");
    Verdict verdict = verify("first");
    assertThat(verdict.ok()).isTrue();
    assertThat(verdict.tenants()).isEqualTo(3);
    assertThat(verdict.verified()).isEqualTo(3);
    assertThat(verdict.failures()).isEmpty();
  }

  @Test
  void otherCountOfRows_failsWithTheTable_andTheOtherTenantsAreVerified() throws Exception {
    bench.take("first");
    edit("a", text -> text.replace("\"rows\" : 2", "\"rows\" : 3"));
    Verdict verdict = verify("first");
    assertThat(verdict.ok()).isFalse();
    assertThat(verdict.retryable()).isFalse();
    assertThat(verdict.verified()).isEqualTo(2);
    assertThat(verdict.failures()).extracting(Failure::tenant).containsExactly("a");
    assertThat(verdict.message()).contains("the table t has 2 rows, it had 3");
  }

  @Test
  void missingTable_fails() throws Exception {
    bench.take("first");
    edit("a", text -> text.replace("\"table\" : \"t\"", "\"table\" : \"users\""));
    assertThat(verify("first").message()).contains("the table users is missing");
  }

  @Test
  void tableThatWasNotThere_fails() throws Exception {
    bench.take("first");
    edit("a", text -> text.replaceFirst("(?s)\"tables\" : \\[.*?]", "\"tables\" : []"));
    assertThat(verify("first").message()).contains("it has the table t more");
  }

  /** JSON writes six characters for one that cannot be printed. */
  @Test
  void asManyTablesAsAreCounted_withTheLongestNames_areVerified() {
    String name = "\u0001".repeat(RowCounts.NAME_BYTES_MAX - 3);
    bench.engine.write("a", "CREATE TABLE \"%s\" (id INTEGER)".formatted(name + "long"));
    for (int table = 0; table <= RowCounts.TABLES_MAX; table++) {
      bench.engine.write("a", "CREATE TABLE \"%s%03d\" (id INTEGER)".formatted(name, table));
    }
    bench.take("first");
    assertThat(verify("first").ok()).isTrue();
  }

  @Test
  void damagedSnapshot_fails() throws Exception {
    bench.take("first");
    String key = bench.keys("lines/7f3a/tenants/a/").getFirst();
    byte[] bytes = bench.object(key);
    bytes[bytes.length / 2] ^= 1;
    bench.overwrite(key, bytes);
    Verdict verdict = verify("first");
    assertThat(verdict.ok()).isFalse();
    assertThat(verdict.message()).contains("tenant a").contains("sha256");
  }

  @Test
  void missingManifest_fails() {
    bench.take("first");
    bench.store.delete(List.of(bench.manifestKey("first", "b")));
    Verdict verdict = verify("first");
    assertThat(verdict.ok()).isFalse();
    assertThat(verdict.message()).contains("should hold 3 tenants").contains("manifests of 2");
  }

  @Test
  void rowsThatViolateForeignKeys_areTold_butTheBackupIsTrue() {
    bench.engine.write("a", "CREATE TABLE child (id INTEGER, t REFERENCES t (id))");
    bench.engine.write("a", "PRAGMA foreign_keys = OFF");
    bench.engine.write("a", "INSERT INTO child VALUES (1, 999)");
    bench.take("first");
    Verdict verdict = verify("first");
    assertThat(verdict.ok()).isTrue();
    assertThat(verdict.message()).contains("tenant a holds 1 rows that violate foreign keys");
  }

  @Test
  void backupThatIsNotThere_isSaidToBeMissing() {
    Verdict verdict = verify("other");
    assertThat(verdict.ok()).isFalse();
    assertThat(verdict.retryable()).isFalse();
    assertThat(verdict.message()).contains("STORAGE_NOT_FOUND").contains("other");
  }

  @Test
  void storeThatCannotBeReached_saysNothingOfTheBackup() {
    bench.take("first");
    bench.store.before(
        ".ltx",
        () -> {
          throw new DosqlException(ErrorCode.STORAGE_UNAVAILABLE, "the store is down");
        });
    Verdict verdict = verify("first");
    assertThat(verdict.ok()).isFalse();
    assertThat(verdict.retryable()).isTrue();
    assertThat(verdict.message()).contains("the store is down");
  }

  private void edit(String tenant, UnaryOperator<String> change) throws IOException {
    String key = bench.manifestKey("first", tenant);
    String before = new String(bench.object(key), UTF_8);
    String after = change.apply(before);
    assertThat(after).isNotEqualTo(before);
    bench.overwrite(key, after.getBytes(UTF_8));
  }
}
