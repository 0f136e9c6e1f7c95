package io.dosql.engine.changes;

import static io.dosql.engine.changes.Images.column;
import static io.dosql.engine.changes.Images.put;
import static io.dosql.engine.changes.Images.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What goes into a buffer comes out of the sections, however it was cut, spilled or dropped. */
class ChangeBufferProperties {

  private static final NumberedTable TABLE =
      new NumberedTable(0, table("t", true, column("a", ""), column("b", "")), false);

  /** What should be in the buffer: where each change begins, and what it is. */
  private final List<Long> starts = new ArrayList<>();

  private final List<RowChange> expected = new ArrayList<>();

  @Property(tries = 60)
  void changesComeOutAsTheyWentIn(@ForAll Random random) throws Exception {
    Path spill = Files.createTempFile("changes", ".spill");
    ChangeBuffer buffer = new ChangeBuffer(1 << 28, spill);
    boolean isLarge = random.nextInt(3) == 0;
    starts.clear();
    expected.clear();
    for (int i = 0; i < 60; i++) {
      switch (random.nextInt(10)) {
        case 0 -> truncate(buffer, random);
        case 1 -> {
          if (random.nextInt(4) == 0) {
            drop(buffer, random);
          }
        }
        default -> add(buffer, random, isLarge);
      }
    }
    assertThat(read(buffer, 64 + random.nextInt(1 << 20))).isEqualTo(expected);
    buffer.dropUpTo(buffer.position());
    assertThat(spill)
        .satisfiesAnyOf(f -> assertThat(f).doesNotExist(), f -> assertThat(f).isEmptyFile());
    boolean _ = Files.deleteIfExists(spill);
  }

  private void add(ChangeBuffer buffer, Random random, boolean isLarge) {
    starts.add(buffer.position());
    Object a = value(random, isLarge);
    Object b = value(random, isLarge);
    Object c = random.nextBoolean() ? a : value(random, isLarge);
    boolean isUpdate = random.nextBoolean();
    long rowid = random.nextLong() >> random.nextInt(64);
    List<ChangeValue> old = List.of(Images.value(a), Images.value(b));
    if (!isUpdate) {
      buffer.delete(0);
      buffer.rowid(rowid);
      put(buffer, a);
      put(buffer, b);
      expected.add(
          new RowChange(0, TABLE.table(), RowChange.Operation.DELETE, rowid, null, old, List.of()));
      return;
    }
    buffer.update(0);
    buffer.rowid(rowid);
    buffer.rowid(7);
    long first = buffer.position();
    put(buffer, a);
    long second = buffer.position();
    put(buffer, b);
    long third = buffer.position();
    put(buffer, c);
    buffer.sameIfEqual(first, second, third);
    long fourth = buffer.position();
    put(buffer, a);
    buffer.sameIfEqual(second, third, fourth);
    expected.add(
        new RowChange(
            0,
            TABLE.table(),
            RowChange.Operation.UPDATE,
            rowid,
            7L,
            old,
            List.of(Images.value(c), Images.value(a))));
  }

  private static Object value(Random random, boolean isLarge) {
    byte[] bytes = new byte[random.nextInt(isLarge && random.nextInt(8) == 0 ? 1 << 21 : 300)];
    random.nextBytes(bytes);
    return switch (random.nextInt(5)) {
      case 0 -> random.nextLong() >> random.nextInt(64);
      case 1 -> random.nextDouble();
      case 2 -> bytes;
      case 3 -> "t" + bytes.length;
      default -> new Object();
    };
  }

  private void truncate(ChangeBuffer buffer, Random random) {
    if (!starts.isEmpty()) {
      int kept = random.nextInt(starts.size());
      buffer.truncate(starts.get(kept));
      starts.subList(kept, starts.size()).clear();
      expected.subList(kept, expected.size()).clear();
    }
  }

  private void drop(ChangeBuffer buffer, Random random) {
    if (!starts.isEmpty()) {
      int dropped = random.nextInt(starts.size());
      long position = starts.get(dropped);
      buffer.dropUpTo(position);
      starts.subList(0, dropped).clear();
      starts.replaceAll(start -> start - position);
      expected.subList(0, dropped).clear();
    }
  }

  private static List<RowChange> read(ChangeBuffer buffer, int sectionBytes) throws Exception {
    List<RowChange> changes = new ArrayList<>();
    ChangeStream stream = new ChangeStream(List.of(TABLE), buffer, 0, buffer.position());
    ChangeDecoder decoder = new ChangeDecoder();
    boolean isLast = false;
    while (stream.hasNext()) {
      assertThat(isLast).isFalse();
      isLast =
          decoder.decode(
              stream.next(sectionBytes),
              change -> {
                RowChange row = (RowChange) change;
                assertThat(row.sequence()).isEqualTo(changes.size());
                changes.add(
                    new RowChange(
                        0,
                        row.table(),
                        row.operation(),
                        row.oldRowid(),
                        row.newRowid(),
                        row.oldValues(),
                        row.newValues()));
              });
    }
    assertThat(isLast).isTrue();
    return changes;
  }

  @Property(tries = 5)
  void aBufferTakesNoMoreThanItsLimit(@ForAll Random random) throws Exception {
    Path spill = Files.createTempFile("changes", ".spill");
    ChangeBuffer buffer = new ChangeBuffer(3 << 20, spill);
    starts.clear();
    expected.clear();
    assertThatThrownBy(
            () -> {
              while (true) {
                add(buffer, random, true);
              }
            })
        .isInstanceOf(ChangesTooLargeException.class)
        .hasMessageContaining("3145728 bytes");
    assertThat(buffer.position()).isLessThanOrEqualTo(3 << 20);
    buffer.reset(Reset.Reason.UNDETERMINED);
    buffer.dropUpTo(buffer.position());
    boolean _ = Files.deleteIfExists(spill);
  }
}
