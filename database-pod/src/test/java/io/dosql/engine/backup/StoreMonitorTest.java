package io.dosql.engine.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.crypt.PlainObjectStore;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.error.ErrorCode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreMonitorTest {

  private static final ArchiveLayout LAYOUT = ArchiveLayout.forDirectory("shop/orders");
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-11-24T12:00:00Z"), ZoneOffset.UTC);

  @TempDir Path folder;

  @Test
  void uploadsThatBeganADayAgoAndNeverEndedAreRemovedBelowThePrefix() {
    HookedStore store = new HookedStore(new DirectoryObjectStore(folder));
    try (StoreMonitor monitor =
        new StoreMonitor(StoreMonitor.Kind.DIRECTORY, store, LAYOUT, NOON)) {
      await()
          .untilAsserted(
              () ->
                  assertThat(store.calls("abort"))
                      .containsExactly("abort shop/orders/ 2026-11-23T12:00:00Z"));
      assertThat(monitor.health().state()).isEqualTo(StoreMonitor.State.OK);
    }
  }

  @Test
  void anEncryptedArchiveIsToldToAPodWithoutKeysBeforeItNeedsIt() {
    DirectoryObjectStore directory = new DirectoryObjectStore(folder);
    directory.putIfAbsent(
        "shop/orders/encryption.json",
        ObjectContent.of(
            ("{\"formatVersion\":1,\"encryption\":\"AES256-GCM-HKDF-SHA256-64KiB\","
                    + "\"since\":\"2026-11-24T00:00:00Z\",\"plainObjects\":\"None\"}")
                .getBytes(UTF_8)),
        Map.of());
    HookedStore store = new HookedStore(new PlainObjectStore(directory, LAYOUT));
    try (StoreMonitor monitor =
        new StoreMonitor(StoreMonitor.Kind.DIRECTORY, store, LAYOUT, NOON)) {
      await().until(() -> monitor.health().state() == StoreMonitor.State.ERROR);

      assertThat(monitor.health().code()).isEqualTo(ErrorCode.STORAGE_ENCRYPTION_MISMATCH);
      assertThat(monitor.health().message()).contains("is encrypted since 2026-11-24T00:00:00Z");
      assertThat(store.calls("abort")).isEmpty();
    }
  }
}
