package io.dosql.engine.changes;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Puts rows into buffers, and tables with valid defaults. */
final class Images {

  private Images() {}

  static TableDescriptor table(String name, boolean hasRowid, TableDescriptor.Column... columns) {
    return new TableDescriptor(name, hasRowid, List.of(columns));
  }

  static TableDescriptor.Column column(String name, String type) {
    return new TableDescriptor.Column(name, type, 0, TableDescriptor.Storage.STORED);
  }

  static void put(ChangeBuffer buffer, Object value) {
    switch (value) {
      case Long number -> buffer.integer(number);
      case Integer number -> buffer.integer(number);
      case Double number -> buffer.real(number);
      case String text -> {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        buffer.text(utf8.length, from(utf8));
      }
      case byte[] bytes -> buffer.blob(bytes.length, from(bytes));
      default -> buffer.nothing();
    }
  }

  static ChangeBuffer.Content from(byte[] bytes) {
    return (from, target, at, length) -> System.arraycopy(bytes, from, target, at, length);
  }

  static ChangeValue value(Object value) {
    return switch (value) {
      case Long number -> new ChangeValue.Int(number);
      case Integer number -> new ChangeValue.Int(number);
      case Double number -> new ChangeValue.Real(number);
      case String text -> new ChangeValue.Text(text.getBytes(StandardCharsets.UTF_8));
      case byte[] bytes -> new ChangeValue.Blob(bytes);
      default -> ChangeValue.NULL;
    };
  }
}
