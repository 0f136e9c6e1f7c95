package io.dosql.engine.archive.crypt;

import static io.dosql.engine.error.ErrorCode.STORAGE_CHECKSUM_MISMATCH;
import static io.dosql.engine.error.ErrorCode.STORAGE_ENCRYPTION_MISMATCH;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.ProbeResult;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptedObjectStoreTest {

  private static final String PREFIX = "shop/orders";
  private static final int FIRST_SEGMENT =
      SealedFormat.SEGMENT_PLAIN_BYTES - SealedFormat.PREAMBLE_BYTES;

  @TempDir Path folder;
  private final ArchiveLayout layout = ArchiveLayout.forDirectory(PREFIX);
  private final FixedKeys keys = FixedKeys.of("k1");
  private Path root = Path.of("");
  private Path scratch = Path.of("");
  private ObjectStore directory = new DirectoryObjectStore(root);
  private ObjectStore store = directory;

  @BeforeEach
  void openStores() throws IOException {
    root = Files.createDirectory(folder.resolve("store"));
    scratch = Files.createDirectory(folder.resolve("scratch"));
    directory = new DirectoryObjectStore(root);
    store = withKeys(keys);
  }

  @Test
  void everyPartOfAnObjectComesBack() throws IOException {
    Random random = new Random(1);
    for (int size :
        new int[] {
          0,
          1,
          FIRST_SEGMENT - 1,
          FIRST_SEGMENT,
          FIRST_SEGMENT + 1,
          200_000,
          FIRST_SEGMENT + SealedFormat.SEGMENT_PLAIN_BYTES,
          3 * SealedFormat.SEGMENT_BYTES
        }) {
      byte[] content = randomBytes(size, size);
      String key = key("size-" + size);
      put(key, content);
      assertThat(read(key, 0)).isEqualTo(content);
      assertThat(read(key, size)).isEmpty();
      for (int i = 0; i < 40; i++) {
        int from = random.nextInt(size + 1);
        int length = 1 + random.nextInt(size - from + 10);
        assertThat(read(key, from)).isEqualTo(Arrays.copyOfRange(content, from, size));
        assertThat(read(key, from, length))
            .isEqualTo(Arrays.copyOfRange(content, from, Math.min(size, from + length)));
      }
      assertThat(store.head(key).orElseThrow().sizeBytes()).isEqualTo(size);
    }
  }

  @Test
  void aFileIsEncryptedByWayOfTheScratchFolderWhichIsEmptyAfterwards() throws IOException {
    byte[] content = randomBytes(500_000, 3);
    Path file = Files.write(folder.resolve("content"), content);

    store.putIfAbsent(key("file"), ObjectContent.of(file), Map.of());

    assertThat(read(key("file"), 0)).isEqualTo(content);
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aFileThatChangedItsLengthIsNotStored() throws IOException {
    Path file = Files.writeString(folder.resolve("content"), "0123456789");
    ObjectContent content = ObjectContent.of(file);
    Files.writeString(file, "01234");

    assertThatThrownBy(() -> store.putIfAbsent(key("a"), content, Map.of()))
        .hasMessageContaining("has not the 10 bytes that it should have");
    assertThat(store.head(key("a"))).isEmpty();
  }

  @Test
  void nothingOfTheContentIsInTheStoreAndEqualContentsDiffer() throws IOException {
    byte[] content = "the secret of the house ".repeat(100).getBytes(UTF_8);
    put(key("a"), content);
    put(key("b"), content);

    byte[] a = Files.readAllBytes(root.resolve(key("a")));
    byte[] b = Files.readAllBytes(root.resolve(key("b")));
    assertThat(new String(a, ISO_8859_1)).startsWith("DSQLSEAL").doesNotContain("secret");
    assertThat(a).isNotEqualTo(b).hasSameSizeAs(b);
  }

  @Test
  void everyFlippedBitIsFound() throws IOException {
    put(key("a"), randomBytes(100, 4));
    Path file = root.resolve(key("a"));
    byte[] good = Files.readAllBytes(file);
    for (int at = 0; at < good.length; at++) {
      byte[] altered = good.clone();
      altered[at] ^= (byte) (1 << (at % 8));
      Files.write(file, altered);
      DosqlException failure = failure(key("a"));
      boolean inMagicOrName = at < 8 || at == 10 || at == 11;
      assertThat(failure.code())
          .as("byte " + at)
          .isEqualTo(inMagicOrName ? STORAGE_ENCRYPTION_MISMATCH : STORAGE_CHECKSUM_MISMATCH);
      assertThat(failure).hasMessageContaining(key("a"));
    }
  }

  @Test
  void everyTruncationIsFound() throws IOException {
    byte[] content = randomBytes(2 * SealedFormat.SEGMENT_BYTES, 5);
    put(key("a"), content);
    Path file = root.resolve(key("a"));
    byte[] good = Files.readAllBytes(file);
    List<Integer> lengths = new ArrayList<>(List.of(0, 1, 8, 79, 80, 119, 120, 121, 135, 136, 137));
    for (int edge = SealedFormat.SEGMENT_BYTES;
        edge < good.length;
        edge += SealedFormat.SEGMENT_BYTES) {
      lengths.addAll(List.of(edge - 1, edge, edge + 1, edge + 16, edge + 17));
    }
    lengths.add(good.length - 1);
    for (int length : lengths) {
      Files.write(file, Arrays.copyOf(good, length));
      DosqlException failure = failure(key("a"));
      assertThat(failure.code())
          .as("length " + length)
          .isEqualTo(length < 8 ? STORAGE_ENCRYPTION_MISMATCH : STORAGE_CHECKSUM_MISMATCH);
      assertThat(failure).hasMessageContaining(key("a"));
    }
    Files.write(file, Arrays.copyOf(good, good.length + 1));
    assertThat(failure(key("a")).code()).isEqualTo(STORAGE_CHECKSUM_MISMATCH);
  }

  @Test
  void exchangedSegmentsAreFoundAlsoWhenOnlyAPartIsRead() throws IOException {
    byte[] content = randomBytes(4 * SealedFormat.SEGMENT_BYTES, 6);
    put(key("a"), content);
    Path file = root.resolve(key("a"));
    byte[] bytes = Files.readAllBytes(file);
    int size = SealedFormat.SEGMENT_BYTES;
    byte[] second = Arrays.copyOfRange(bytes, size, 2 * size);
    System.arraycopy(bytes, 2 * size, bytes, size, size);
    System.arraycopy(second, 0, bytes, 2 * size, size);
    Files.write(file, bytes);

    assertThat(read(key("a"), 0, 1000)).isEqualTo(Arrays.copyOf(content, 1000));
    DosqlException failure =
        catchThrowableOfType(DosqlException.class, () -> read(key("a"), size + 1000, 10));
    assertThat(failure.code()).isEqualTo(STORAGE_CHECKSUM_MISMATCH);
    assertThat(failure)
        .hasMessageContaining("the 65536 bytes from 65536 on are not what was written");
  }

  @Test
  void aRenamedObjectDoesNotOpen() throws IOException {
    put(key("a"), randomBytes(10, 7));
    Files.copy(root.resolve(key("a")), root.resolve(key("b")));

    DosqlException failure = failure(key("b"));

    assertThat(failure.code()).isEqualTo(STORAGE_CHECKSUM_MISMATCH);
    assertThat(failure).hasMessageContaining(key("b")).hasMessageContaining("another key");
  }

  @Test
  void anArchiveThatWasCopiedBelowAnotherPrefixOpens() throws IOException {
    put(key("lines/a"), randomBytes(10, 8));
    Path elsewhere = Files.createDirectories(root.resolve("copy/lines"));
    Files.copy(root.resolve(key("lines/a")), elsewhere.resolve("a"));
    ObjectStore copy =
        new EncryptedObjectStore(
            directory, ArchiveLayout.forDirectory("copy"), keys, scratch, Clock.systemUTC());

    try (InputStream in = copy.get("copy/lines/a", 0)) {
      assertThat(in.readAllBytes()).isEqualTo(randomBytes(10, 8));
    }
  }

  @Test
  void afterARotationOldObjectsStayReadableAsLongAsTheirKeyIsThere() throws IOException {
    put(key("old"), randomBytes(10, 9));
    keys.rotateTo("k2");
    put(key("new"), randomBytes(10, 10));

    assertThat(read(key("old"), 0)).isEqualTo(randomBytes(10, 9));
    keys.remove("k1");
    assertThat(read(key("new"), 0)).isEqualTo(randomBytes(10, 10));
    DosqlException failure = failure(key("old"));
    assertThat(failure.code()).isEqualTo(STORAGE_ENCRYPTION_MISMATCH);
    assertThat(failure).hasMessageContaining(key("old") + " is encrypted with the key k1");
  }

  @Test
  void aKeyOfTheSameNameAndAnotherContentIsFoundBeforeItWritesAnything() throws IOException {
    put(key("a"), randomBytes(10, 11));
    ObjectStore wrong = withKeys(new FixedKeys().add(FixedKeys.key("k1", 99)));

    for (DosqlException failure :
        List.of(
            catchThrowableOfType(
                DosqlException.class,
                () -> wrong.putIfAbsent(key("b"), ObjectContent.of(new byte[1]), Map.of())),
            catchThrowableOfType(DosqlException.class, () -> wrong.get(key("a"), 0)))) {
      assertThat(failure.code()).isEqualTo(STORAGE_ENCRYPTION_MISMATCH);
      assertThat(failure)
          .hasMessage(
              "The pod's encryption key k1 is not the one that the archive knows by this name"
                  + " (shop/orders/encryption-keys/k1).");
    }
    assertThat(wrong.probe(key(".probe")))
        .isInstanceOfSatisfying(
            ProbeResult.Unusable.class,
            unusable -> assertThat(unusable.code()).isEqualTo(STORAGE_ENCRYPTION_MISMATCH));
    assertThat(directory.head(key("b"))).isEmpty();
  }

  @Test
  void ofTwoKeysOfOneNameThatBeginAnArchiveTogetherOneIsRefused() throws Exception {
    for (int round = 0; round < 20; round++) {
      String prefix = "race-" + round;
      int writers = 4;
      CyclicBarrier start = new CyclicBarrier(writers);
      List<Future<Boolean>> results = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
        for (int writer = 0; writer < writers; writer++) {
          String key = prefix + "/" + writer;
          ObjectStore one = withKey(prefix, writer % 2);
          results.add(
              threads.submit(
                  () -> {
                    start.await();
                    try {
                      one.putIfAbsent(key, ObjectContent.of(new byte[1]), Map.of());
                      return true;
                    } catch (DosqlException refused) {
                      assertThat(refused.code()).isEqualTo(STORAGE_ENCRYPTION_MISMATCH);
                      return false;
                    }
                  }));
        }
      }
      boolean firstKeyWon = results.get(0).get();
      assertThat(results.get(1).get()).isNotEqualTo(firstKeyWon);
      assertThat(results.get(2).get()).isEqualTo(firstKeyWon);
      assertThat(results.get(3).get()).isNotEqualTo(firstKeyWon);
      ObjectStore winner = withKey(prefix, firstKeyWon ? 0 : 1);
      assertThat(sizes(winner, prefix + "/")).hasSize(2);
      for (String key : sizes(winner, prefix + "/").keySet()) {
        assertThat(read(winner, key, 0, Long.MAX_VALUE)).hasSize(1);
      }
    }
  }

  private ObjectStore withKey(String prefix, long seed) {
    return new EncryptedObjectStore(
        directory,
        ArchiveLayout.forDirectory(prefix),
        new FixedKeys().add(FixedKeys.key("k1", seed)),
        scratch,
        Clock.systemUTC());
  }

  @Test
  void aPodWithoutTheActiveKeyIsToldByTheProbe() {
    ObjectStore keyless = withKeys(new FixedKeys());

    assertThat(keyless.probe(key(".probe")))
        .isInstanceOfSatisfying(
            ProbeResult.Unusable.class,
            unusable -> assertThat(unusable.code()).isEqualTo(STORAGE_ENCRYPTION_MISMATCH));
  }

  @Test
  void aPodWithoutKeysMeetsAnEncryptedArchiveWithAnErrorAtOnce() throws IOException {
    put(key("a"), randomBytes(10, 12));
    ObjectStore plain = new PlainObjectStore(directory, layout);

    assertThat(plain.probe(key(".probe")))
        .isInstanceOfSatisfying(
            ProbeResult.Unusable.class,
            unusable -> {
              assertThat(unusable.code()).isEqualTo(STORAGE_ENCRYPTION_MISMATCH);
              assertThat(unusable.message())
                  .contains("The archive is encrypted since")
                  .contains("shop/orders/encryption.json");
              assertThat(unusable.suggestion()).contains("Secret");
            });
    refuses(() -> plain.get(key("a"), 0));
    refuses(() -> plain.head(key("a")));
    refuses(() -> plain.list(key(""), null));
    refuses(() -> plain.folders(PREFIX + "/"));
    refuses(() -> plain.delete(List.of(key("a"))));
    refuses(() -> plain.putIfAbsent(key("b"), ObjectContent.of(new byte[1]), Map.of()));
    assertThat(directory.head(key("b"))).isEmpty();
  }

  @Test
  void aPodWithoutKeysFindsOutWhenTheArchiveBecomesEncrypted() {
    ObjectStore plain = new PlainObjectStore(directory, layout);
    plain.putIfAbsent(key("a"), ObjectContent.of(new byte[1]), Map.of());
    put(key("b"), new byte[1]);

    assertThat(plain.probe(key(".probe"))).isInstanceOf(ProbeResult.Unusable.class);

    refuses(() -> plain.putIfAbsent(key("c"), ObjectContent.of(new byte[1]), Map.of()));
  }

  @Test
  void anEncryptedObjectInAPlainArchiveIsNamedWithItsKey() throws IOException {
    put(key("a"), randomBytes(10, 13));
    directory.delete(List.of(key("encryption.json")));
    ObjectStore plain = new PlainObjectStore(directory, layout);

    DosqlException failure =
        catchThrowableOfType(DosqlException.class, () -> plain.get(key("a"), 0));

    assertThat(failure.code()).isEqualTo(STORAGE_ENCRYPTION_MISMATCH);
    assertThat(failure)
        .hasMessage("shop/orders/a is encrypted with the key k1, and the pod has no keys.");
  }

  @Test
  void aPlainObjectInAnArchiveThatBeganEncryptedIsAnError() throws IOException {
    put(key("a"), randomBytes(10, 14));
    directory.putIfAbsent(key("b"), ObjectContent.of(randomBytes(100_000, 15)), Map.of());

    for (long offset : new long[] {0, 1, 90_000}) {
      DosqlException failure =
          catchThrowableOfType(DosqlException.class, () -> store.get(key("b"), offset));
      assertThat(failure.code()).isEqualTo(STORAGE_ENCRYPTION_MISMATCH);
      assertThat(failure)
          .hasMessageContaining(
              "shop/orders/b is not encrypted, as everything is in this archive according to"
                  + " shop/orders/encryption.json");
    }
  }

  @Test
  void anArchiveThatWasPlainStaysReadableAndWhatIsNewIsEncrypted() throws IOException {
    byte[] old = randomBytes(100_000, 16);
    directory.putIfAbsent(key("x/old"), ObjectContent.of(old), Map.of());
    byte[] young = randomBytes(100_000, 17);
    put(key("x/young"), young);
    Files.writeString(root.resolve(key("x/short")), "abc");

    assertThat(Files.readString(root.resolve(key("encryption.json"))))
        .contains("\"plainObjects\" : \"Before\"");
    for (ObjectStore one : List.of(store, withKeys(keys))) {
      assertThat(read(one, key("x/old"), 0, Long.MAX_VALUE)).isEqualTo(old);
      assertThat(read(one, key("x/old"), 90_000, 10))
          .isEqualTo(Arrays.copyOfRange(old, 90_000, 90_010));
      assertThat(read(one, key("x/old"), 90_000, Long.MAX_VALUE))
          .isEqualTo(Arrays.copyOfRange(old, 90_000, 100_000));
      assertThat(read(one, key("x/young"), 0, Long.MAX_VALUE)).isEqualTo(young);
      assertThat(read(one, key("x/short"), 0, Long.MAX_VALUE)).asString(UTF_8).isEqualTo("abc");
      assertThat(sizes(one, key("x/")))
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(key("x/old"), 100_000L, key("x/young"), 100_000L, key("x/short"), 3L));
      assertThat(one.head(key("x/old")).orElseThrow().sizeBytes()).isEqualTo(100_000);
      assertThat(one.head(key("x/young")).orElseThrow().sizeBytes()).isEqualTo(100_000);
    }
    assertThat(Files.size(root.resolve(key("x/young")))).isGreaterThan(100_000);
  }

  @Test
  void anArchiveThatBeganEncryptedSaysSoAndItsOwnObjectsAreNotListed() {
    directory.probe(key(".probe"));
    put(key("a/b"), new byte[5]);

    assertThat(sizes(store, "")).isEqualTo(Map.of(key("a/b"), 5L));
    assertThat(store.folders(PREFIX + "/")).containsExactly("a");
    assertThat(sizes(directory, ""))
        .containsOnlyKeys(key("a/b"), key("encryption.json"), key("encryption-keys/k1"));
    assertThat(root.resolve(key("encryption.json")))
        .content()
        .contains("\"plainObjects\" : \"None\"")
        .contains("AES256-GCM-HKDF-SHA256-64KiB");
  }

  @Test
  void anotherDatabaseBelowTheSameRootIsNotThisArchivesPast() {
    directory.putIfAbsent("shop/orders-2/a", ObjectContent.of(new byte[1]), Map.of());

    put(key("a"), new byte[1]);

    assertThat(root.resolve(key("encryption.json"))).content().contains("\"None\"");
    assertThatThrownBy(() -> store.get("shop/orders-2/a", 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anEmptiedBucketIsMarkedAnew() throws IOException {
    put(key("a"), new byte[1]);
    directory.delete(List.of(key("a"), key("encryption.json"), key("encryption-keys/k1")));

    assertThat(store.probe(key(".probe"))).isEqualTo(new ProbeResult.Usable());
    put(key("b"), new byte[1]);

    assertThat(root.resolve(key("encryption.json"))).exists();
    assertThat(root.resolve(key("encryption-keys/k1"))).exists();
    assertThat(read(key("b"), 0)).hasSize(1);
  }

  @Test
  void aMarkOfALaterReleaseOrADamagedOneIsNotGuessedAt() throws IOException {
    for (String mark :
        List.of(
            "",
            "{}",
            "null",
            "not json",
            "{\"formatVersion\":2,\"encryption\":\"AES256-GCM-HKDF-SHA256-64KiB\",\"since\":\"\","
                + "\"plainObjects\":\"None\"}",
            "{\"formatVersion\":1,\"encryption\":\"ROT13\",\"since\":\"\",\"plainObjects\":\"None\"}",
            "{\"formatVersion\":1,\"encryption\":\"AES256-GCM-HKDF-SHA256-64KiB\",\"since\":\"\","
                + "\"plainObjects\":\"Some\"}")) {
      directory.delete(List.of(key("encryption.json")));
      directory.putIfAbsent(
          key("encryption.json"), ObjectContent.of(mark.getBytes(UTF_8)), Map.of());
      for (ObjectStore one : List.of(withKeys(keys), new PlainObjectStore(directory, layout))) {
        DosqlException failure =
            catchThrowableOfType(
                DosqlException.class,
                () -> one.putIfAbsent(key("a"), ObjectContent.of(new byte[1]), Map.of()));
        assertThat(failure.code()).as(mark).isEqualTo(STORAGE_CHECKSUM_MISMATCH);
        assertThat(failure).hasMessageContaining("shop/orders/encryption.json");
      }
    }
    assertThat(directory.head(key("a"))).isEmpty();
  }

  @Test
  void anObjectOfALaterFormatIsToldAsSuch() throws IOException {
    put(key("a"), new byte[1]);
    Path file = root.resolve(key("a"));
    byte[] bytes = Files.readAllBytes(file);
    bytes[8] = 2;
    Files.write(file, bytes);

    assertThat(failure(key("a")))
        .hasMessageContaining("its header is of format 2, and this release knows format 1");
  }

  private ObjectStore withKeys(FixedKeys some) {
    return new EncryptedObjectStore(directory, layout, some, scratch, Clock.systemUTC());
  }

  private static String key(String name) {
    return PREFIX + "/" + name;
  }

  private void put(String key, byte[] content) {
    store.putIfAbsent(key, ObjectContent.of(content), Map.of());
  }

  private byte[] read(String key, long offset) throws IOException {
    return read(store, key, offset, Long.MAX_VALUE);
  }

  private byte[] read(String key, long offset, long bytesMax) throws IOException {
    return read(store, key, offset, bytesMax);
  }

  private static byte[] read(ObjectStore from, String key, long offset, long bytesMax)
      throws IOException {
    try (InputStream in =
        bytesMax == Long.MAX_VALUE ? from.get(key, offset) : from.get(key, offset, bytesMax)) {
      return in.readAllBytes();
    }
  }

  private DosqlException failure(String key) {
    DosqlException failure = catchThrowableOfType(DosqlException.class, () -> read(key, 0));
    assertThat(failure).isNotNull();
    return failure;
  }

  private static void refuses(ThrowingCallable call) {
    DosqlException failure = catchThrowableOfType(DosqlException.class, call);
    assertThat(failure).isNotNull();
    assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_ENCRYPTION_MISMATCH);
  }

  private static Map<String, Long> sizes(ObjectStore from, String prefix) {
    Map<String, Long> sizes = new TreeMap<>();
    from.list(prefix, null)
        .forEachRemaining((ObjectInfo one) -> sizes.put(one.key(), one.sizeBytes()));
    return sizes;
  }

  private static byte[] randomBytes(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
