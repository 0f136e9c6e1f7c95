package io.dosql.engine.changes;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Lays out the items that are not on the hot path. */
final class ItemWriter {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private ItemWriter() {}

  /** TABLE items, numbered as given. */
  static byte[] tables(List<NumberedTable> tables) {
    ItemWriter writer = new ItemWriter();
    tables.forEach(writer::table);
    return writer.bytes.toByteArray();
  }

  static byte[] schema(String statement, Iterable<SchemaChange.ObjectChange> objects) {
    ItemWriter writer = new ItemWriter();
    writer.octet(ChangeFormat.SCHEMA);
    writer.text(statement);
    int count = 0;
    for (SchemaChange.ObjectChange _ : objects) {
      count++;
    }
    writer.number(count);
    for (SchemaChange.ObjectChange object : objects) {
      writer.octet(object.action().code());
      writer.text(object.type());
      writer.text(object.name());
      writer.text(object.table());
      writer.text(object.definition());
    }
    return writer.bytes.toByteArray();
  }

  private void table(NumberedTable numbered) {
    TableDescriptor table = numbered.table();
    octet(ChangeFormat.TABLE);
    number(numbered.number());
    octet(
        (table.hasRowid() ? 0 : ChangeFormat.WITHOUT_ROWID)
            | (numbered.isIgnored() ? ChangeFormat.IGNORED : 0));
    text(table.name());
    number(table.columns().size());
    for (TableDescriptor.Column column : table.columns()) {
      text(column.name());
      text(column.declaredType());
      number(column.keyPlace());
      octet(column.storage().code());
    }
  }

  private void octet(int value) {
    bytes.write(value);
  }

  private void number(int value) {
    int rest = value;
    while (rest > 0x7F) {
      bytes.write(rest | 0x80);
      rest >>>= 7;
    }
    bytes.write(rest);
  }

  private void text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    number(utf8.length);
    bytes.writeBytes(utf8);
  }
}
