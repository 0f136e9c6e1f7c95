package io.dosql.engine.sqlite;

import java.nio.charset.StandardCharsets;

/** Opens {@code sqlite3*} handles, and sets what every connection of ours has. */
final class ConnectionOpener {

  private static final int OPEN_MEMORY = 0x80;
  private static final int OPEN_NO_MUTEX = 0x8000;
  private static final int OPEN_EXTENDED_CODES = 0x0200_0000;
  private static final int OPTION_LOOKASIDE = 1001;

  // Memory per connection for small objects: enough for common statements, and a fraction of
  // SQLite's default, because a pod keeps thousands of connections.
  private static final int LOOKASIDE_SLOT_BYTES = 1200;
  private static final int LOOKASIDE_SLOTS = 8;

  private ConnectionOpener() {}

  static long open(String name, OpenMode mode) {
    return open(name, mode.flags());
  }

  static long openInMemory() {
    return open(":memory:", OpenMode.CREATE.flags() | OPEN_MEMORY);
  }

  /**
   * Layout of the buffer:
   *
   * <pre>
   *   | connection out, 8 bytes | file name, UTF-8 | NUL |
   * </pre>
   */
  private static long open(String name, int flags) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    NativeBuffer buffer = NativeBuffer.allocate(Long.BYTES + utf8.length + 1L);
    try {
      buffer.putLong(0, 0);
      buffer.putWithNul(Long.BYTES, utf8);
      int code =
          ConnectionCalls.open(
              buffer.address() + Long.BYTES,
              buffer.address(),
              flags | OPEN_NO_MUTEX | OPEN_EXTENDED_CODES,
              0);
      long connection = buffer.longAt(0);
      if (code == Native.OK) {
        code =
            ConnectionCalls.configureLookaside(
                connection, OPTION_LOOKASIDE, 0, LOOKASIDE_SLOT_BYTES, LOOKASIDE_SLOTS);
      }
      if (code != Native.OK) {
        throw failure(code, connection, name);
      }
      return connection;
    } finally {
      buffer.free();
    }
  }

  /** SQLite hands out a connection even when it fails to open, unless memory has run out. */
  private static SqliteException failure(int code, long connection, String name) {
    String reason =
        connection == 0 ? "out of memory" : Native.string(ConnectionCalls.errorMessage(connection));
    ConnectionCalls.close(connection);
    return new SqliteException(code, "cannot open %s: %s".formatted(name, reason));
  }
}
