package io.dosql.engine.archive.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.CountingStore;
import io.dosql.engine.archive.store.CountingStore.Get;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.DrivenLog;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.LoggedPart;
import io.dosql.engine.log.StoredPart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogObjectFormatTest {

  private static final String LINE = "7f3a";
  private static final UUID WRITER = new UUID(1, 2);
  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00.123456789Z");

  @TempDir Path folder;
  private DirectoryObjectStore store;
  private LogObjects objects;
  private final List<LoggedPart> parts = new ArrayList<>();
  private SpooledLogObject spooled;

  @BeforeEach
  void writeOne() throws Exception {
    Path root = Files.createDirectories(folder.resolve("store"));
    store = new DirectoryObjectStore(root);
    objects = new LogObjects(store, ArchiveLayout.forDirectory("shop"), LINE);
    DrivenLog log = DrivenLog.open(Files.createDirectories(folder.resolve("log")), () -> TIME, 5);
    log.log().append(DrivenLog.part("a", 1, true, true, 1, 1));
    log.log().append(DrivenLog.part("a", 2, true, true, 0, 2));
    log.log().append(DrivenLog.part("b", 7, true, false, 1, 3));
    log.log().append(DrivenLog.part("a", 3, true, true, 1, 4));
    log.log().append(DrivenLog.part("b", 7, false, true, 1, 5));
    log.log().append(DrivenLog.part("c", 1, true, false, 1, 6));
    log.settle();
    spooled = write(log, 1, Sha256.NONE);
    assertThat(objects.put(spooled)).isEqualTo(PutResult.CREATED);
    try (LogReader reader = log.log().reader(LogPosition.START)) {
      for (var part = reader.next(); part.isPresent(); part = reader.next()) {
        parts.add(part.get());
      }
    }
  }

  private SpooledLogObject write(DrivenLog log, long number, Sha256 previous) throws IOException {
    try (LogObjectWriter writer = new LogObjectWriter(folder);
        LogReader reader = log.log().reader(LogPosition.START)) {
      for (Optional<StoredPart> part = reader.nextStored();
          part.isPresent();
          part = reader.nextStored()) {
        writer.add(part.get());
      }
      return writer.finish(
          new LogObjectPlace(
              LINE,
              number,
              3,
              WRITER,
              previous,
              LogPosition.START,
              new LogSpan(LogPosition.START, log.log().settled()),
              new LogPosition(17),
              1,
              Optional.of(new LogSpan(new LogPosition(3), new LogPosition(4))),
              TIME),
          Optional.empty());
    }
  }

  private Path file() {
    return folder.resolve("store").resolve(objects.key(1));
  }

  @Test
  void whatIsWrittenComesBack() throws Exception {
    LogObject object = objects.open(1);
    assertThat(object.header()).isEqualTo(spooled.header());
    assertThat(object.header().parts()).isEqualTo(6);
    assertThat(object.header().commits()).isEqualTo(4);
    assertThat(object.index()).isEqualTo(spooled.index());
    List<LoggedPart> read = new ArrayList<>();
    object.visitParts(read::add);
    assertThat(read).isEqualTo(parts);
    assertThat(object.verify()).isEqualTo(spooled.digest());
    assertThat(object.index().lastPart().orElseThrow().position())
        .isEqualTo(parts.getLast().position());
  }

  @Test
  void theIndexFindsATenantsPartsAndCommits() throws Exception {
    LogObject object = objects.open(1);
    TenantEntry a = object.index().find("a").orElseThrow();
    assertThat(a.parts()).isEqualTo(3);
    assertThat(a.firstCommit()).isEqualTo(1);
    assertThat(a.lastCommit()).isEqualTo(3);
    assertThat(a.extents()).describedAs("two neighbours are one").hasSize(2);
    TenantEntry unfinished = object.index().find("c").orElseThrow();
    assertThat(unfinished.firstCommit()).isZero();
    assertThat(unfinished.lowestLsn()).isEqualTo(1);
    assertThat(object.index().find("d")).isEmpty();
    for (TenantEntry entry : object.index().tenants()) {
      List<LoggedPart> read = new ArrayList<>();
      object.visitParts(entry, read::add);
      assertThat(read)
          .isEqualTo(
              parts.stream().filter(part -> part.part().tenant().equals(entry.tenant())).toList());
    }
  }

  @Test
  void ofAnObjectNoMoreIsAskedForThanIsUsed() throws Exception {
    CountingStore counted = new CountingStore(store);
    LogObject object = new LogObjects(counted, ArchiveLayout.forDirectory("shop"), LINE).open(1);
    TenantEntry entry = object.index().find("c").orElseThrow();
    object.visitParts(entry, part -> {});
    LogObjectHeader header = object.header();
    TenantEntry.Extent only = entry.extents().getFirst();
    assertThat(counted.gets())
        .containsExactly(
            new Get(object.key(), 0, LogObjectFormat.HEADER_BYTES),
            // With a byte more, to see that there is none.
            new Get(
                object.key(), header.indexOffset(), header.sizeBytes() - header.indexOffset() + 1),
            new Get(object.key(), only.offset(), only.lengthBytes()));
    assertThat(counted.open()).isZero();
  }

  @Test
  void aFlippedBitAnywhereIsFoundAndNamed() throws Exception {
    byte[] whole = Files.readAllBytes(file());
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= (byte) (1 << i % 8);
      Files.write(file(), damaged);
      CorruptLogObjectException fault = faultOf(() -> objects.open(1).verify());
      assertThat(fault.object()).isEqualTo(objects.key(1));
      assertThat(fault.offset()).describedAs("bit in byte %d", i).isBetween(0L, (long) i);
    }
  }

  @Test
  void aFlippedBitInATenantsExtentIsFoundByReadingIt() throws Exception {
    byte[] whole = Files.readAllBytes(file());
    TenantEntry b = objects.open(1).index().find("b").orElseThrow();
    for (TenantEntry.Extent extent : b.extents()) {
      for (long i = extent.offset(); i < extent.end(); i++) {
        byte[] damaged = whole.clone();
        damaged[(int) i] ^= 1;
        Files.write(file(), damaged);
        LogObject object = objects.open(1);
        CorruptLogObjectException fault = faultOf(() -> object.visitParts(b, part -> {}));
        assertThat(fault.object()).isEqualTo(objects.key(1));
      }
    }
  }

  @Test
  void aTruncatedOrExtendedObjectIsFound() throws Exception {
    byte[] whole = Files.readAllBytes(file());
    for (int length = 0; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      CorruptLogObjectException fault = faultOf(() -> objects.open(1).verify());
      assertThat(fault.object()).isEqualTo(objects.key(1));
    }
    Files.write(file(), Arrays.copyOf(whole, whole.length + 1));
    assertThat(faultOf(() -> objects.open(1).index()).offset()).isEqualTo(whole.length);
    assertThat(faultOf(() -> objects.open(1).verify()).offset()).isEqualTo(whole.length);
  }

  @Test
  void anObjectUnderAnothersNameIsFound() throws Exception {
    Files.copy(file(), folder.resolve("store").resolve(objects.key(2)));
    CorruptLogObjectException fault = faultOf(() -> objects.open(2));
    assertThat(fault.expected()).isEqualTo("number 2");
    assertThat(fault.actual()).isEqualTo("number 1");
    LogObjects other = new LogObjects(store, ArchiveLayout.forDirectory("shop"), "abcd");
    Path moved = folder.resolve("store").resolve(other.key(1));
    Files.createDirectories(moved.getParent());
    Files.copy(file(), moved);
    assertThat(faultOf(() -> other.open(1)).actual()).isEqualTo("line " + LINE);
  }

  @Test
  void aLaterFormatIsToldAsSuch() throws Exception {
    byte[] whole = Files.readAllBytes(file());
    whole[11] = 2;
    CRC32C crc = new CRC32C();
    crc.update(whole, 0, 380);
    ByteBuffer.wrap(whole).putInt(380, (int) crc.getValue());
    Files.write(file(), whole);
    assertThatThrownBy(() -> objects.open(1))
        .isInstanceOfSatisfying(
            DosqlException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_NOT_AVAILABLE))
        .hasMessageContaining("format version 2");
  }

  private interface Reading {
    void run() throws IOException;
  }

  private static CorruptLogObjectException faultOf(Reading reading) {
    DosqlException told = catchThrowableOfType(DosqlException.class, reading::run);
    assertThat(told.code()).isEqualTo(ErrorCode.STORAGE_CHECKSUM_MISMATCH);
    return assertInstanceOf(CorruptLogObjectException.class, told.getCause());
  }
}
