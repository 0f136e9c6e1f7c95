package io.dosql.engine.changes;

/**
 * How the changes of one commit are stored in the log, version 1.
 *
 * <p>They are one run of items, cut anywhere into pieces; each piece is a section, of type {@link
 * #SECTION_TYPE}, of one part of the commit, in order. A commit that changed no rows has one
 * section without items. A commit without any such section was made while changes were not
 * captured: whoever follows the rows must read them anew.
 *
 * <pre>
 *  section   +--------+--------+--------+-----------------------------+
 *            | u8     | u8     | u16    | items, or a piece of them   |
 *            | version| flags  | zero   |                             |
 *            +--------+--------+--------+-----------------------------+
 *             flags: 1 FIRST of the commit, 2 LAST of the commit
 *
 *  item      u8 kind, then
 *    1 TABLE    number, u8 flags (1 WITHOUT ROWID, 2 IGNORED), text name, count, and for each column
 *                 text name, text declared type, place in the primary key from 1 or 0,
 *                 u8 storage: 0 stored, 1 generated and stored, 2 virtual
 *    2 INSERT   table, rowid, a value for each column: the new row
 *    3 UPDATE   table, old rowid, new rowid, the old row, the new row
 *    4 DELETE   table, rowid, the old row
 *    5 SCHEMA   text statement, count, and for each object
 *                 u8 action: 0 created, 1 altered, 2 dropped,
 *                 text type, text name, text table, text definition ("" for none)
 *    6 RESET    u8 reason, see {@link Reset.Reason}
 *
 *  value     u8 type, then
 *    0 ABSENT   not stored: the column is virtual
 *    1 INTEGER  signed
 *    2 REAL     8 bytes, IEEE 754, big-endian
 *    3 TEXT     length, UTF-8 as SQLite has it, which may be malformed
 *    4 BLOB     length, bytes
 *    5 NULL
 *    6 SAME     in the new row of an UPDATE: as in the old row
 *    7 ROWID    the rowid of the same row: the column is its other name
 *
 *  number, count, length, table, place   unsigned LEB128: 7 bits a byte, lowest first, 0x80 = goes on
 *  signed, rowid                         zigzag ((n << 1) ^ (n >> 63)), then as above
 *  text                                  length, UTF-8
 * </pre>
 *
 * <p>The rowids of a WITHOUT ROWID table mean nothing. TABLE items come first, one for each form of
 * a table that the commit changed rows of; numbers are good within the commit. Rows of an IGNORED
 * table belong to SQLite (the shadow tables of a virtual one): readers drop them. The other items
 * are in the order in which things happened; those that a rollback has undone are not there.
 * Integrity and compression are the log's.
 */
public final class ChangeFormat {

  /** The type of the log's sections that hold changes. */
  public static final int SECTION_TYPE = 2;

  static final int VERSION = 1;
  static final int SECTION_HEADER_BYTES = 4;
  static final int FIRST = 1;
  static final int LAST = 2;

  static final int TABLE = 1;
  static final int INSERT = 2;
  static final int UPDATE = 3;
  static final int DELETE = 4;
  static final int SCHEMA = 5;
  static final int RESET = 6;

  static final int WITHOUT_ROWID = 1;
  static final int IGNORED = 2;

  static final int ABSENT = 0;
  static final int INTEGER = 1;
  static final int REAL = 2;
  static final int TEXT = 3;
  static final int BLOB = 4;
  static final int NULL = 5;
  static final int SAME = 6;
  static final int ROWID = 7;

  /** Most bytes of a 64-bit number in LEB128. */
  static final int MAX_NUMBER_BYTES = 10;

  private ChangeFormat() {}
}
