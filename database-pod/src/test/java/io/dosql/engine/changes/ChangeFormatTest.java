package io.dosql.engine.changes;

import static io.dosql.engine.changes.Images.column;
import static io.dosql.engine.changes.Images.put;
import static io.dosql.engine.changes.Images.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Format version 1, byte for byte: whoever changes it needs a new version. */
class ChangeFormatTest {

  private static final TableDescriptor TABLE =
      table(
          "t",
          true,
          new TableDescriptor.Column("id", "INTEGER", 1, TableDescriptor.Storage.STORED),
          column("r", "REAL"),
          new TableDescriptor.Column("v", "", 0, TableDescriptor.Storage.VIRTUAL),
          new TableDescriptor.Column("g", "TEXT", 0, TableDescriptor.Storage.GENERATED));

  private static final String GOLDEN =
      "01030000" // version, FIRST and LAST
          + "010000017404" // TABLE 0, no flags, "t", 4 columns:
          + "02696407494e54454745520100" // id INTEGER, first in the key, stored
          + "0172045245414c0000" // r REAL, stored
          + "0176000002" // v, virtual
          + "016704544558540001" // g TEXT, generated
          + "010103017701" // TABLE 1, WITHOUT ROWID and IGNORED, "w", 1 column:
          + "026b76000100" // kv, first in the key, stored
          + "020001" // INSERT, table 0, rowid -1:
          + "010101030003016d" // -1, -2, absent, "m"
          + "02010005" // INSERT, table 1, rowid 0: NULL
          + "0300018001" // UPDATE, table 0, rowid -1, then 64:
          + "0101023fe00000000000000003016d" // -1, 0.5, absent, "m"
          + "060240000000000000000005" // same, 2.0, absent, NULL
          + "0400ffffffffffffffffff01" // DELETE, table 0, the smallest rowid:
          + "01d8040500040109" // 300, NULL, absent, a blob
          + "050844524f5020e280a601" // SCHEMA, the statement, 1 object:
          + "02057461626c6501610162" // dropped, a table, "a", "b"
          + "06435245415445" // its definition
          + "0601" // RESET, PARTIAL_WRITE
          + "02000a07050005"; // INSERT, table 0, rowid 5: the rowid, NULL, absent, NULL

  @TempDir Path folder;
  private ChangeBuffer buffer;

  @BeforeEach
  void make() {
    buffer = new ChangeBuffer(1 << 20, folder.resolve("spill"));
  }

  private ByteBuffer section(NumberedTable... tables) throws Exception {
    ChangeStream stream = new ChangeStream(List.of(tables), buffer, 0, buffer.position());
    ByteBuffer section = stream.next(1 << 16);
    assertThat(stream.hasNext()).isFalse();
    return section;
  }

  private static String hex(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(bytes.position(), copy);
    return HexFormat.of().formatHex(copy);
  }

  private static List<Change> decode(ByteBuffer section) throws Exception {
    List<Change> changes = new ArrayList<>();
    assertThat(new ChangeDecoder().decode(section, changes::add)).isTrue();
    return changes;
  }

  private void putRow(Object id, Object real, Object generated) {
    put(buffer, id);
    put(buffer, real);
    buffer.absent();
    put(buffer, generated);
  }

  @Test
  void changesAreWrittenAsTheyAlwaysWere() throws Exception {
    buffer.insert(0);
    buffer.rowid(-1);
    putRow(-1, -2, "m");
    buffer.insert(1);
    buffer.rowid(0);
    buffer.nothing();
    buffer.update(0);
    buffer.rowid(-1);
    buffer.rowid(64);
    putRow(-1, 0.5, "m");
    long end = buffer.position();
    put(buffer, -1);
    // The two bytes of the integer behind the rowids.
    buffer.sameIfEqual(end - 15, end - 13, end);
    put(buffer, 2.0);
    buffer.absent();
    buffer.nothing();
    buffer.delete(0);
    buffer.rowid(Long.MIN_VALUE);
    putRow(300, new Object(), new byte[] {9});
    buffer.schema(
        "DROP …",
        List.of(
            new SchemaChange.ObjectChange(
                SchemaChange.Action.DROPPED, "table", "a", "b", "CREATE")));
    buffer.reset(Reset.Reason.PARTIAL_WRITE);
    buffer.insert(0);
    buffer.rowid(5);
    buffer.sameAsRowid();
    buffer.nothing();
    buffer.absent();
    buffer.nothing();
    TableDescriptor ignored =
        table("w", false, new TableDescriptor.Column("kv", "", 1, TableDescriptor.Storage.STORED));
    ByteBuffer section =
        section(new NumberedTable(0, TABLE, false), new NumberedTable(1, ignored, true));
    assertThat(hex(section)).isEqualTo(GOLDEN);
    List<Change> changes = decode(section);
    assertThat(changes).extracting(Change::sequence).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    RowChange insert = (RowChange) changes.get(0);
    assertThat(insert.table().columns()).extracting("name").containsExactly("id", "r", "g");
    assertThat(insert.newRowid()).isEqualTo(-1);
    assertThat(insert.oldValues()).isEmpty();
    assertThat(insert.newValues())
        .containsExactly(new ChangeValue.Int(-1), new ChangeValue.Real(-2), Images.value("m"));
    RowChange update = (RowChange) changes.get(1);
    assertThat(update.newRowid()).isEqualTo(64);
    assertThat(update.oldValues())
        .containsExactly(new ChangeValue.Int(-1), new ChangeValue.Real(0.5), Images.value("m"));
    assertThat(update.newValues())
        .containsExactly(new ChangeValue.Int(-1), new ChangeValue.Real(2), ChangeValue.NULL);
    RowChange delete = (RowChange) changes.get(2);
    assertThat(delete.oldRowid()).isEqualTo(Long.MIN_VALUE);
    assertThat(delete.oldValues())
        .containsExactly(
            new ChangeValue.Int(300), ChangeValue.NULL, new ChangeValue.Blob(new byte[] {9}));
    assertThat(((SchemaChange) changes.get(3)).objects().getFirst().definition())
        .isEqualTo("CREATE");
    assertThat(((Reset) changes.get(4)).reason()).isEqualTo(Reset.Reason.PARTIAL_WRITE);
    assertThat(((RowChange) changes.get(5)).newValues().getFirst())
        .isEqualTo(new ChangeValue.Int(5));
  }

  @Test
  void aCommitWithoutChangesHasASectionToo() throws Exception {
    assertThat(decode(section())).isEmpty();
  }

  @Test
  void whatIsNotThisFormatIsRefused() throws Exception {
    assertThatThrownBy(() -> decode(ByteBuffer.wrap(new byte[] {2, 3, 0, 0})))
        .isInstanceOf(CorruptChangesException.class)
        .hasMessageContaining("version 2; this engine reads version 1");
    assertThatThrownBy(() -> decode(ByteBuffer.wrap(new byte[] {1, 2, 0, 0})))
        .hasMessageContaining("continues no commit");
    assertThatThrownBy(() -> decode(ByteBuffer.wrap(new byte[] {1, 3, 0, 0, 9})))
        .hasMessageContaining("unknown kind 9");
    assertThatThrownBy(() -> decode(ByteBuffer.wrap(new byte[] {1, 3, 0, 0, 2, 5, 0})))
        .hasMessageContaining("table 5, which is unknown");
    assertThatThrownBy(() -> decode(ByteBuffer.wrap(new byte[] {1, 3, 0, 0, 6})))
        .hasMessageContaining("end within a change, 1 bytes");
    assertThatThrownBy(() -> decode(ByteBuffer.wrap(new byte[] {1, 3})))
        .isInstanceOf(CorruptChangesException.class);
    assertThatThrownBy(() -> decode(ByteBuffer.wrap(new byte[] {1, 3, 0, 0, 6, 77})))
        .isInstanceOf(CorruptChangesException.class);
  }

  @Test
  void realsThatSqliteShowsAsIntegersAreReals() throws Exception {
    for (String type : List.of("REAL", "double precision", "FLOAT")) {
      assertThat(column("c", type).hasRealAffinity()).as(type).isTrue();
    }
    for (String type : List.of("", "INT", "TEXT", "NUMERIC", "FLOATING POINT", "REALTEXT")) {
      assertThat(column("c", type).hasRealAffinity()).as(type).isFalse();
    }
  }
}
