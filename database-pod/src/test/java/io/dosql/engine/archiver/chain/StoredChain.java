package io.dosql.engine.archiver.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.ltx.LtxHeader;
import io.dosql.engine.archive.ltx.LtxReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The chain of a tenant as it lies in the store, read by nothing but its names and its files, and
 * held against the model.
 */
final class StoredChain {

  /** A file, whole. */
  record File(String key, int level, LtxHeader header, Map<Long, byte[]> pages) {}

  private final ModelTenant model;
  private final List<File> files = new ArrayList<>();

  StoredChain(MemoryStore store, ModelTenant model) throws IOException {
    this.model = model;
    String folder = ChainSimulation.PREFIX + model.name + "/";
    for (String key : store.keys()) {
      if (key.startsWith(folder)) {
        files.add(read(key, key.substring(folder.length()), store.bytes(key)));
      }
    }
  }

  private static File read(String key, String name, byte[] bytes) throws IOException {
    LtxReader reader = new LtxReader(key, new ByteArrayInputStream(bytes));
    LtxHeader header = reader.header();
    Map<Long, byte[]> pages = new TreeMap<>();
    byte[] image = new byte[header.pageSizeBytes()];
    for (long page = reader.nextPage(image); page != 0; page = reader.nextPage(image)) {
      pages.put(page, image.clone());
    }
    int level = Integer.parseInt(name.substring(0, 4));
    assertThat(name)
        .isEqualTo("%04d/%016x-%016x.ltx".formatted(level, header.minTxid(), header.maxTxid()));
    return new File(key, level, header, pages);
  }

  List<File> files(int level) {
    return files.stream().filter(file -> file.level() == level).toList();
  }

  /** Every file takes whatever it may be applied to exactly to its last commit. */
  void checkEveryFile() {
    for (File file : files) {
      ModelTenant.State after =
          Objects.requireNonNull(
              model.states.get(file.header().maxTxid()), "the last commit of " + file.key());
      assertThat(file.header().pageCount()).isEqualTo(after.pages().size());
      checkTime(file, after);
      if (file.header().isSnapshot()) {
        assertThat(file.level()).isEqualTo(9);
        checkSame(file.key(), apply(file, List.of()), after.pages());
        continue;
      }
      assertThat(file.level()).isBetween(1, 3);
      checkLogObjects(file);
      for (long lsn = file.header().minTxid() - 1; lsn < file.header().maxTxid(); lsn++) {
        ModelTenant.State before = model.states.get(lsn);
        // Between a deletion and what came after there is none.
        if (before != null) {
          checkSame(file.key() + " on " + lsn, apply(file, before.pages()), after.pages());
        }
      }
    }
  }

  private static void checkTime(File file, ModelTenant.State after) {
    if (file.header().isSnapshot()) {
      assertThat(file.header().time()).describedAs(file.key()).isAfterOrEqualTo(after.time());
    } else {
      assertThat(file.header().time()).describedAs(file.key()).isEqualTo(after.time());
    }
  }

  private void checkLogObjects(File file) {
    long first = file.header().firstLogObject();
    long end = first + file.header().logObjects();
    model
        .states
        .subMap(file.header().minTxid(), true, file.header().maxTxid(), true)
        .forEach(
            (lsn, state) -> {
              assertThat(first)
                  .describedAs("first log object of LSN %d in %s", lsn, file.key())
                  .isLessThanOrEqualTo(ChainSimulation.objectOf(state.first()));
              assertThat(ChainSimulation.objectOf(state.last())).isLessThan(end);
            });
  }

  private static List<byte[]> apply(File file, List<byte[]> before) {
    List<byte[]> after = new ArrayList<>();
    for (long page = 1; page <= file.header().pageCount(); page++) {
      byte[] image = file.pages().get(page);
      if (image == null) {
        assertThat(page)
            .describedAs("%s lacks this page, and what it is applied to, too", file.key())
            .isLessThanOrEqualTo(before.size());
        image = before.get((int) page - 1);
      }
      after.add(image);
    }
    return after;
  }

  private static void checkSame(String what, List<byte[]> actual, List<byte[]> expected) {
    assertThat(actual).describedAs(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i)).describedAs("%s: page %d", what, i + 1).isEqualTo(expected.get(i));
    }
  }

  /** How far a restore gets: the newest snapshot, then whatever goes on furthest, as Litestream. */
  long reach() {
    long lsn = files(9).stream().mapToLong(file -> file.header().maxTxid()).max().orElse(0);
    while (true) {
      long from = lsn;
      long next =
          files.stream()
              .map(File::header)
              .filter(header -> header.minTxid() > 1 && header.minTxid() <= from + 1)
              .mapToLong(LtxHeader::maxTxid)
              .max()
              .orElse(0);
      if (next <= lsn) {
        return lsn;
      }
      lsn = next;
    }
  }

  /** What keeps stock Litestream from restoring the newest state: a file behind a gap. */
  void checkNothingIsBehindAGap() {
    long reach = reach();
    files.stream()
        .max(Comparator.comparingLong(file -> file.header().maxTxid()))
        .ifPresent(newest -> assertThat(newest.header().maxTxid()).isLessThanOrEqualTo(reach));
  }
}
