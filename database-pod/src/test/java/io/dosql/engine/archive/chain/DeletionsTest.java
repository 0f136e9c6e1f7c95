package io.dosql.engine.archive.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectContent;
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

class DeletionsTest {

  private static final Instant TIME = Instant.parse("2026-11-27T14:02:17.123Z");

  @TempDir Path folder;
  private final ArchiveLayout layout = ArchiveLayout.forDirectory("shop/orders");

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private DirectoryObjectStore store;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Deletions deletions;

  @BeforeEach
  void open() throws Exception {
    store = new DirectoryObjectStore(Files.createDirectories(folder.resolve("store")));
    deletions = new Deletions(store, layout, "7f3a");
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void deletionsAreListedByTenantInOrder() {
    Deletion second = new Deletion("a", 300, TIME.plusSeconds(1));
    Deletion first = new Deletion("a", 20, TIME);
    Deletion others = new Deletion("a-b", 7, TIME);
    deletions.put(second);
    deletions.put(first);
    deletions.put(others);
    deletions.put(first);

    assertThat(deletions.tenants()).containsExactly("a", "a-b");
    assertThat(deletions.of("a")).containsExactly(first, second);
    assertThat(deletions.of("a-b")).containsExactly(others);
    assertThat(deletions.of("b")).isEmpty();
    assertThat(new Deletions(store, layout, "other").tenants()).isEmpty();

    deletions.delete(List.of(first, others));
    assertThat(deletions.tenants()).containsExactly("a");
    assertThat(deletions.of("a")).containsExactly(second);
  }

  @Test
  void whatIsNoDeletionIsRefused() {
    for (String name : List.of("note.txt", "0000000000000000-0000000000000001", "12-34")) {
      String key = layout.absolute(layout.deletions("7f3a", "a")) + name;
      var _ = store.putIfAbsent(key, ObjectContent.of(new byte[1]), Map.of());
      assertThatThrownBy(() -> deletions.of("a"))
          .isInstanceOfSatisfying(
              DosqlException.class,
              refused -> assertThat(refused.code()).isEqualTo(ErrorCode.STORAGE_CONFLICT))
          .hasMessageContaining(key);
      store.delete(List.of(key));
    }
  }
}
