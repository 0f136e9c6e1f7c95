package io.dosql.engine.sqlite;

/** How {@link SqliteConnection#open} opens a database file. */
public enum OpenMode {
  /** Reads; the file must exist. */
  READ_ONLY(0x1),
  /** Reads and writes; the file must exist. */
  READ_WRITE(0x2),
  /** Reads and writes; a file that is missing is made by the first write. */
  CREATE(0x2 | 0x4);

  private final int flags;

  OpenMode(int flags) {
    this.flags = flags;
  }

  int flags() {
    return flags;
  }
}
