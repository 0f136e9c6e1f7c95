package io.dosql.engine.archive.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.SpooledObject;
import io.dosql.engine.archive.ltx.LtxHeader;
import io.dosql.engine.archive.ltx.LtxWriter;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in a store of either kind. */
abstract class ChainCatalogContract {

  static final Instant TIME = Instant.parse("2026-11-24T02:00:00.123Z");

  @TempDir Path folder;
  private Path scratch;
  private ObjectStore store;
  private ChainCatalog catalog;

  abstract ObjectStore openStore() throws Exception;

  abstract ArchiveLayout layout();

  /** The folder of a level, as Litestream wants it. */
  abstract String level(int number);

  @BeforeEach
  void open() throws Exception {
    scratch = Files.createDirectories(folder.resolve("scratch"));
    store = openStore();
    catalog = new ChainCatalog(store, layout(), "line-a");
  }

  @AfterEach
  void close() throws Exception {
    store.close();
    try (var left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }

  private ChainFile put(String tenant, ChainLevel level, long min, long max, int fill)
      throws Exception {
    LtxHeader header = new LtxHeader(512, 3, min, max, TIME.plusSeconds(max), max, 2);
    try (SpooledObject<LtxHeader> made =
        SpooledObject.write(
            scratch,
            "test",
            out -> {
              LtxWriter writer = new LtxWriter(out, header);
              for (long page = 1; page <= 3; page++) {
                byte[] image = new byte[512];
                image[0] = (byte) fill;
                writer.writePage(page, image);
              }
              writer.finish();
              return header;
            })) {
      return catalog.put(tenant, level, made);
    }
  }

  private void putStranger(String name) {
    store.putIfAbsent(
        "shop/orders/lines/line-a/tenants/a/" + name, ObjectContent.of(new byte[3]), Map.of());
  }

  private static void assertFails(ErrorCode code, String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            DosqlException.class, failure -> assertThat(failure.code()).isEqualTo(code))
        .hasMessageContaining(message);
  }

  @Test
  void filesLieWhereLitestreamLooksForThem() throws Exception {
    put("a", ChainLevel.FIRST, 0x1f, 0x2a, 1);
    put("a", ChainLevel.SNAPSHOT, 1, 0x1e, 1);
    String tenant = "shop/orders/lines/line-a/tenants/a/";
    assertThat(store.head(tenant + level(1) + "/000000000000001f-000000000000002a.ltx"))
        .isPresent();
    assertThat(store.head(tenant + level(9) + "/0000000000000001-000000000000001e.ltx"))
        .isPresent();
  }

  @Test
  void aListingTellsTheFilesOfALevelInOrder() throws Exception {
    put("a", ChainLevel.FIRST, 16, 17, 1);
    put("a", ChainLevel.FIRST, 2, 9, 1);
    put("a", ChainLevel.FIRST, 10, 15, 1);
    put("a", ChainLevel.SECOND, 2, 9, 1);
    put("b", ChainLevel.FIRST, 3, 3, 1);

    List<ChainFile> files = catalog.files("a", ChainLevel.FIRST, 0);
    assertThat(files).extracting(ChainFile::minLsn).containsExactly(2L, 10L, 16L);
    assertThat(files).extracting(ChainFile::maxLsn).containsExactly(9L, 15L, 17L);
    assertThat(files.getFirst().bytes()).isPositive();
    assertThat(catalog.files("a", ChainLevel.FIRST, 9))
        .extracting(ChainFile::minLsn)
        .containsExactly(10L, 16L);
    assertThat(catalog.files("a", ChainLevel.FIRST, 10))
        .extracting(ChainFile::minLsn)
        .containsExactly(16L);
    assertThat(catalog.files("a", ChainLevel.SNAPSHOT, 0)).isEmpty();
    assertThat(catalog.tenants()).containsExactly("a", "b");
  }

  @Test
  void aFileTellsTheTimeAndTheLogObjectsOfItsCommits() throws Exception {
    ChainFile file = put("a", ChainLevel.FIRST, 16, 17, 1);
    assertThat(catalog.facts("a", file)).isEqualTo(new ChainFacts(TIME.plusSeconds(17), 17, 2));
  }

  @Test
  void whatIsNoFileOfAChainIsRefused() throws Exception {
    put("a", ChainLevel.FIRST, 2, 3, 1);
    putStranger(level(1) + "/0000000000000004-0000000000000005.ltx.tmp");
    assertFails(
        ErrorCode.STORAGE_CONFLICT,
        "shop/orders/lines/line-a/tenants/a/"
            + level(1)
            + "/0000000000000004-0000000000000005.ltx.tmp lies in the folder of a chain",
        () -> catalog.files("a", ChainLevel.FIRST, 0));
    assertFails(ErrorCode.STORAGE_CONFLICT, "lies in the folder", () -> catalog.state("a"));
  }

  @Test
  void namesThatOnlyLookLikeOursAreRefused() {
    for (String name :
        List.of(
            "0000000000000001-0000000000000005.ltx",
            "0000000000000000-0000000000000005.ltx",
            "0000000000000009-0000000000000005.ltx",
            "f000000000000002-f000000000000005.ltx",
            "000000000000000A-000000000000000B.ltx")) {
      putStranger(level(2) + "/" + name);
      assertFails(ErrorCode.STORAGE_CONFLICT, name, () -> catalog.files("a", ChainLevel.SECOND, 0));
      store.delete(List.of("shop/orders/lines/line-a/tenants/a/" + level(2) + "/" + name));
    }
  }

  @Test
  void theStateIsWhatTheLevelsHoldTogether() throws Exception {
    assertThat(catalog.state("a")).isEqualTo(ChainState.NONE);
    put("a", ChainLevel.SNAPSHOT, 1, 4, 1);
    assertThat(catalog.state("a").end()).isEqualTo(4);
    put("a", ChainLevel.FIRST, 5, 6, 1);
    put("a", ChainLevel.FIRST, 7, 8, 1);
    put("a", ChainLevel.FIRST, 9, 9, 1);
    put("a", ChainLevel.SECOND, 5, 8, 1);
    // That of a backup, further on.
    put("a", ChainLevel.SNAPSHOT, 1, 20, 1);

    ChainState state = catalog.state("a");

    assertThat(state.end()).isEqualTo(9);
    assertThat(state.snapshot()).isEqualTo(20);
    assertThat(state.second().files()).isEqualTo(1);
    assertThat(state.third().files()).isEqualTo(2);
    assertThat(state.third().since()).isNotNull();
    put("a", ChainLevel.THIRD, 5, 8, 1);
    assertThat(catalog.state("a").third().files()).isEqualTo(1);
  }

  @Test
  void theSameFileTwiceIsNothing() throws Exception {
    put("a", ChainLevel.FIRST, 5, 6, 1);
    put("a", ChainLevel.FIRST, 5, 6, 1);
    assertThat(catalog.files("a", ChainLevel.FIRST, 0)).hasSize(1);
  }

  @Test
  void anotherFileOfThatNameIsLeftAndTold() throws Exception {
    ChainFile file = put("a", ChainLevel.FIRST, 5, 6, 1);
    byte[] before = catalog.open("a", file).readAllBytes();
    assertThatThrownBy(() -> put("a", ChainLevel.FIRST, 5, 6, 2))
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_CHECKSUM_MISMATCH))
        .hasMessageContaining(catalog.key("a", file) + " holds other changes than the log has");
    assertThat(catalog.open("a", file).readAllBytes()).isEqualTo(before);
  }

  @Test
  void aDamagedFileOfThatNameIsTold() throws Exception {
    putStranger(level(1) + "/0000000000000005-0000000000000006.ltx");
    assertThatThrownBy(() -> put("a", ChainLevel.FIRST, 5, 6, 2))
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_CHECKSUM_MISMATCH))
        .hasMessageContaining("is corrupt at byte 3");
  }
}
