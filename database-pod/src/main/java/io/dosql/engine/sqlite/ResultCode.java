package io.dosql.engine.sqlite;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * SQLite's codes for failures: base codes, and under each the extended codes that refine it.
 * Constants are SQLite's names without {@code SQLITE_}.
 */
public enum ResultCode {
  ERROR(1),
  ERROR_MISSING_COLLSEQ(ERROR, 1),
  ERROR_RETRY(ERROR, 2),
  ERROR_SNAPSHOT(ERROR, 3),
  ERROR_RESERVESIZE(ERROR, 4),
  ERROR_KEY(ERROR, 5),
  ERROR_UNABLE(ERROR, 6),
  INTERNAL(2),
  PERM(3),
  ABORT(4),
  ABORT_ROLLBACK(ABORT, 2),
  BUSY(5),
  BUSY_RECOVERY(BUSY, 1),
  BUSY_SNAPSHOT(BUSY, 2),
  BUSY_TIMEOUT(BUSY, 3),
  LOCKED(6),
  LOCKED_SHAREDCACHE(LOCKED, 1),
  LOCKED_VTAB(LOCKED, 2),
  NOMEM(7),
  READONLY(8),
  READONLY_RECOVERY(READONLY, 1),
  READONLY_CANTLOCK(READONLY, 2),
  READONLY_ROLLBACK(READONLY, 3),
  READONLY_DBMOVED(READONLY, 4),
  READONLY_CANTINIT(READONLY, 5),
  READONLY_DIRECTORY(READONLY, 6),
  INTERRUPT(9),
  IOERR(10),
  IOERR_READ(IOERR, 1),
  IOERR_SHORT_READ(IOERR, 2),
  IOERR_WRITE(IOERR, 3),
  IOERR_FSYNC(IOERR, 4),
  IOERR_DIR_FSYNC(IOERR, 5),
  IOERR_TRUNCATE(IOERR, 6),
  IOERR_FSTAT(IOERR, 7),
  IOERR_UNLOCK(IOERR, 8),
  IOERR_RDLOCK(IOERR, 9),
  IOERR_DELETE(IOERR, 10),
  IOERR_BLOCKED(IOERR, 11),
  IOERR_NOMEM(IOERR, 12),
  IOERR_ACCESS(IOERR, 13),
  IOERR_CHECKRESERVEDLOCK(IOERR, 14),
  IOERR_LOCK(IOERR, 15),
  IOERR_CLOSE(IOERR, 16),
  IOERR_DIR_CLOSE(IOERR, 17),
  IOERR_SHMOPEN(IOERR, 18),
  IOERR_SHMSIZE(IOERR, 19),
  IOERR_SHMLOCK(IOERR, 20),
  IOERR_SHMMAP(IOERR, 21),
  IOERR_SEEK(IOERR, 22),
  IOERR_DELETE_NOENT(IOERR, 23),
  IOERR_MMAP(IOERR, 24),
  IOERR_GETTEMPPATH(IOERR, 25),
  IOERR_CONVPATH(IOERR, 26),
  IOERR_VNODE(IOERR, 27),
  IOERR_AUTH(IOERR, 28),
  IOERR_BEGIN_ATOMIC(IOERR, 29),
  IOERR_COMMIT_ATOMIC(IOERR, 30),
  IOERR_ROLLBACK_ATOMIC(IOERR, 31),
  IOERR_DATA(IOERR, 32),
  IOERR_CORRUPTFS(IOERR, 33),
  IOERR_IN_PAGE(IOERR, 34),
  IOERR_BADKEY(IOERR, 35),
  IOERR_CODEC(IOERR, 36),
  CORRUPT(11),
  CORRUPT_VTAB(CORRUPT, 1),
  CORRUPT_SEQUENCE(CORRUPT, 2),
  CORRUPT_INDEX(CORRUPT, 3),
  NOTFOUND(12),
  FULL(13),
  CANTOPEN(14),
  CANTOPEN_NOTEMPDIR(CANTOPEN, 1),
  CANTOPEN_ISDIR(CANTOPEN, 2),
  CANTOPEN_FULLPATH(CANTOPEN, 3),
  CANTOPEN_CONVPATH(CANTOPEN, 4),
  CANTOPEN_DIRTYWAL(CANTOPEN, 5),
  CANTOPEN_SYMLINK(CANTOPEN, 6),
  PROTOCOL(15),
  EMPTY(16),
  SCHEMA(17),
  TOOBIG(18),
  CONSTRAINT(19),
  CONSTRAINT_CHECK(CONSTRAINT, 1),
  CONSTRAINT_COMMITHOOK(CONSTRAINT, 2),
  CONSTRAINT_FOREIGNKEY(CONSTRAINT, 3),
  CONSTRAINT_FUNCTION(CONSTRAINT, 4),
  CONSTRAINT_NOTNULL(CONSTRAINT, 5),
  CONSTRAINT_PRIMARYKEY(CONSTRAINT, 6),
  CONSTRAINT_TRIGGER(CONSTRAINT, 7),
  CONSTRAINT_UNIQUE(CONSTRAINT, 8),
  CONSTRAINT_VTAB(CONSTRAINT, 9),
  CONSTRAINT_ROWID(CONSTRAINT, 10),
  CONSTRAINT_PINNED(CONSTRAINT, 11),
  CONSTRAINT_DATATYPE(CONSTRAINT, 12),
  MISMATCH(20),
  MISUSE(21),
  NOLFS(22),
  AUTH(23),
  AUTH_USER(AUTH, 1),
  FORMAT(24),
  RANGE(25),
  NOTADB(26),
  NOTICE(27),
  NOTICE_RECOVER_WAL(NOTICE, 1),
  NOTICE_RECOVER_ROLLBACK(NOTICE, 2),
  NOTICE_RBU(NOTICE, 3),
  WARNING(28),
  WARNING_AUTOINDEX(WARNING, 1);

  private static final Map<Integer, ResultCode> BY_VALUE =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(c -> c.value, Function.identity()));

  private static final int BASE_MASK = 0xff;
  private static final int EXTENSION_SHIFT = 8;

  private final int value;

  ResultCode(int value) {
    this.value = value;
  }

  ResultCode(ResultCode base, int extension) {
    this(base.value | extension << 8);
  }

  /**
   * The code for a number that SQLite returned; a number that is not known (a newer library) is
   * taken for its base code, and a base code that is not known for {@link #ERROR}.
   */
  public static ResultCode of(int value) {
    ResultCode exact = BY_VALUE.get(value);
    return exact != null ? exact : BY_VALUE.getOrDefault(value & BASE_MASK, ERROR);
  }

  /** SQLite's number. */
  public int value() {
    return value;
  }

  /** The base code, which is this one unless this is an extended code. */
  public ResultCode base() {
    return value >> EXTENSION_SHIFT == 0 ? this : of(value & BASE_MASK);
  }

  /** SQLite's name, such as {@code SQLITE_CONSTRAINT_UNIQUE}. */
  public String sqliteName() {
    return "SQLITE_" + name();
  }
}
