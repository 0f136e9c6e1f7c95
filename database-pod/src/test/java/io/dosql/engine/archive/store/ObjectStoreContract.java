package io.dosql.engine.archive.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every object store must do. */
public abstract class ObjectStoreContract {

  @TempDir protected Path folder;
  protected ObjectStore store;

  /** A store with nothing in it. */
  protected abstract ObjectStore open() throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void whatIsPutComesBack() throws Exception {
    assertThat(put("a/b/c.json", "hello")).isEqualTo(PutResult.CREATED);

    assertThat(read("a/b/c.json", 0)).isEqualTo("hello");
    assertThat(read("a/b/c.json", 2)).isEqualTo("llo");
    ObjectInfo info = store.head("a/b/c.json").orElseThrow();
    assertThat(info.sizeBytes()).isEqualTo(5);
    assertThat(info.lastModified())
        .isBetween(Instant.now().minus(Duration.ofMinutes(1)), Instant.now().plusSeconds(5));
  }

  @Test
  void aFileAndAnEmptyObjectComeBack() throws Exception {
    byte[] bytes = new byte[3 << 20];
    new Random(5).nextBytes(bytes);
    Path file = Files.write(folder.resolve("content"), bytes);

    assertThat(store.putIfAbsent("file", ObjectContent.of(file), Map.of()))
        .isEqualTo(PutResult.CREATED);
    assertThat(put("empty", "")).isEqualTo(PutResult.CREATED);

    try (InputStream in = store.get("file", 0)) {
      assertThat(in.readAllBytes()).isEqualTo(bytes);
    }
    assertThat(read("empty", 0)).isEmpty();
    assertThat(store.head("empty").orElseThrow().sizeBytes()).isZero();
  }

  @Test
  void aPartComesBackAndThereIsNothingBehindTheEnd() throws Exception {
    byte[] bytes = new byte[200_000];
    new Random(6).nextBytes(bytes);
    store.putIfAbsent("a", ObjectContent.of(bytes), Map.of());
    put("empty", "");

    for (int from : new int[] {0, 1, 65_400, 65_536, 130_000, 199_999, 200_000}) {
      for (int length : new int[] {1, 70_000, 300_000}) {
        try (InputStream in = store.get("a", from, length)) {
          assertThat(in.readAllBytes())
              .as("%d bytes from %d", length, from)
              .isEqualTo(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + length)));
        }
      }
    }
    assertThat(read("empty", 0)).isEmpty();
    try (InputStream in = store.get("empty", 0, 10)) {
      assertThat(in.read()).isEqualTo(-1);
    }
    assertThatThrownBy(() -> store.get("a", -1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.get("a", 0, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anExistingObjectIsNeverOverwritten() throws Exception {
    put("a", "first");

    assertThat(put("a", "second")).isEqualTo(PutResult.ALREADY_EXISTS);
    assertThat(put("a", "first")).isEqualTo(PutResult.ALREADY_EXISTS);
    assertThat(read("a", 0)).isEqualTo("first");
  }

  @Test
  void ofManyWritersOneWins() throws Exception {
    int writers = 8;
    for (int round = 0; round < 5; round++) {
      String key = "race/" + round;
      CyclicBarrier start = new CyclicBarrier(writers);
      List<Future<PutResult>> results = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
        for (int writer = 0; writer < writers; writer++) {
          String text = "writer " + writer % 2;
          results.add(
              threads.submit(
                  () -> {
                    start.await();
                    return put(key, text);
                  }));
        }
      }
      List<PutResult> outcomes = new ArrayList<>();
      for (Future<PutResult> result : results) {
        outcomes.add(result.get());
      }
      assertThat(outcomes).containsOnlyOnce(PutResult.CREATED);
      assertThat(read(key, 0)).startsWith("writer ");
    }
  }

  @Test
  void whatIsNotThereIsSaidSo() {
    assertThat(store.head("nothing")).isEmpty();
    assertThatThrownBy(() -> read("nothing", 0))
        .asInstanceOf(InstanceOfAssertFactories.type(DosqlException.class))
        .extracting(DosqlException::code)
        .isEqualTo(ErrorCode.STORAGE_NOT_FOUND);
    assertThat(store.list("nothing", null)).isExhausted();
    assertThat(store.folders("nothing/")).isEmpty();
  }

  @Test
  void aListingIsInTheOrderOfTheKeys() {
    List<String> keys = List.of("a-b/x", "a.b", "a/b", "a/b-c", "a/c/d", "ab", "b/a");
    keys.reversed().forEach(key -> put(key, key));

    assertThat(keys("", null)).containsExactlyElementsOf(keys);
    assertThat(keys("a/", null)).containsExactly("a/b", "a/b-c", "a/c/d");
    assertThat(keys("a/b", null)).containsExactly("a/b", "a/b-c");
    assertThat(keys("a", null)).containsExactly("a-b/x", "a.b", "a/b", "a/b-c", "a/c/d", "ab");
    assertThat(keys("", "a/b")).containsExactly("a/b-c", "a/c/d", "ab", "b/a");
    assertThat(keys("", "a/bb")).containsExactly("a/c/d", "ab", "b/a");
    assertThat(keys("a/", "a/c")).containsExactly("a/c/d");
    assertThat(keys("a/", "b")).isEmpty();
  }

  @Test
  void aListingTellsSizes() {
    put("x/1", "12345");

    ObjectInfo info = store.list("x/", null).next();

    assertThat(info.key()).isEqualTo("x/1");
    assertThat(info.sizeBytes()).isEqualTo(5);
    assertThat(info.lastModified()).isAfter(Instant.now().minus(Duration.ofMinutes(1)));
  }

  @Test
  void aListingGoesOnPastAThousandObjects() throws Exception {
    int count = 1010;
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < count; i++) {
        String key = "many/%05d".formatted(i);
        threads.execute(() -> put(key, ""));
      }
    }

    List<String> keys = keys("many/", null);

    assertThat(keys).hasSize(count).isSorted();
    store.delete(keys);
    assertThat(keys("many/", null)).isEmpty();
  }

  @Test
  void foldersAreListedOnce() {
    put("backups/b-1/tenants/x.json", "");
    put("backups/b-1/backup.json", "");
    put("backups/a/backup.json", "");
    put("backups/stray.json", "");
    put("other/x", "");

    assertThat(store.folders("backups/")).containsExactly("a", "b-1");
    assertThat(store.folders("")).containsExactly("backups", "other");
  }

  @Test
  void whatIsDeletedIsGoneAndTheRestStays() throws Exception {
    put("a/1", "one");
    put("a/2", "two");

    store.delete(List.of("a/1", "a/never-there", "b/never-there"));
    store.delete(List.of("a/1"));
    store.delete(List.of());

    assertThat(store.head("a/1")).isEmpty();
    assertThat(read("a/2", 0)).isEqualTo("two");
    assertThat(put("a/1", "again")).isEqualTo(PutResult.CREATED);
  }

  @Test
  void writersAndDeletersOfOneFolderDoNotDisturbEachOther() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String key = "churn/folder/" + i;
        all.add(
            threads.submit(
                () -> {
                  assertThat(put(key, "x")).isEqualTo(PutResult.CREATED);
                  store.delete(List.of(key));
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(keys("churn/", null)).isEmpty();
  }

  @Test
  void aProbeOfAUsableStoreSaysSoEachTime() {
    assertThat(store.probe("p/.probe")).isEqualTo(new ProbeResult.Usable());
    assertThat(store.probe("p/.probe")).isEqualTo(new ProbeResult.Usable());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        "..",
        "../x",
        "a/../b",
        "a/.",
        "a b",
        "a\\b",
        "a\0b",
        "ä",
        "%2e%2e/x",
        "a\n"
      })
  void keysThatCouldMeanSomethingElseAreRefused(String key) {
    assertThatThrownBy(() -> put(key, "x")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.get(key, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.head(key)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.delete(List.of(key)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void keysThatAreTooLongAreRefused() {
    assertThatThrownBy(() -> put("a/".repeat(600) + "b", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1024 are allowed");
    assertThatThrownBy(() -> put("a".repeat(256), "")).isInstanceOf(IllegalArgumentException.class);
  }

  protected final PutResult put(String key, String text) {
    return store.putIfAbsent(key, ObjectContent.of(text.getBytes(UTF_8)), Map.of());
  }

  protected final String read(String key, long offset) throws IOException {
    try (InputStream in = store.get(key, offset)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  protected final List<String> keys(String prefix, @Nullable String startAfter) {
    List<String> keys = new ArrayList<>();
    Iterator<ObjectInfo> objects = store.list(prefix, startAfter);
    objects.forEachRemaining(object -> keys.add(object.key()));
    return keys;
  }
}
