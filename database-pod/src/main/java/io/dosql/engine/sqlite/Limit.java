package io.dosql.engine.sqlite;

/** Limits of one connection, each at most what the library was compiled with. */
public enum Limit {
  /** Bytes of a string, a blob or a row. */
  LENGTH(0),
  /** Bytes of a statement. */
  SQL_LENGTH(1),
  /** Columns of a table, index, view, result or SET clause. */
  COLUMN(2),
  /** Depth of the parse tree of an expression. */
  EXPRESSION_DEPTH(3),
  /** Terms of a compound SELECT. */
  COMPOUND_SELECT(4),
  /** Instructions of a compiled statement. */
  VDBE_OP(5),
  /** Arguments of a function. */
  FUNCTION_ARGUMENT(6),
  /** Attached databases. */
  ATTACHED(7),
  /** Bytes of a LIKE or GLOB pattern. */
  LIKE_PATTERN_LENGTH(8),
  /** Highest number of a parameter. */
  VARIABLE_NUMBER(9),
  /** Depth of recursion of triggers. */
  TRIGGER_DEPTH(10),
  /** Helper threads of a statement. */
  WORKER_THREADS(11),
  /** Depth of the parser's stack; unknown to older libraries. */
  PARSER_DEPTH(12);

  private final int code;

  Limit(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
