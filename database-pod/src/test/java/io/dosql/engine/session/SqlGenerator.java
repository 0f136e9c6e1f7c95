package io.dosql.engine.session;

import java.util.List;
import java.util.Random;

/** Random SQL, some of it sound: from a grammar, and by mutating what the grammar gave. */
public final class SqlGenerator {

  private static final List<String> TABLES =
      List.of("t1", "t2", "t1", "t2", "t3", "t3", "f", "r", "v1", "sqlite_schema", "dbstat", "t2");
  private static final List<String> COLUMNS =
      List.of("a", "b", "c", "a", "b", "rowid", "c", "id", "b", "a");
  private static final List<String> FUNCTIONS =
      List.of(
          "abs",
          "hex",
          "length",
          "upper",
          "quote",
          "typeof",
          "json",
          "jsonb",
          "json_valid",
          "count",
          "sum",
          "group_concat",
          "total",
          "max",
          "min",
          "randomblob",
          "zeroblob",
          "unicode",
          "char",
          "date",
          "julianday",
          "last_insert_rowid",
          "json_array",
          "json_group_array",
          "median",
          "row_number",
          "rank",
          "lead",
          "ntile",
          "load_extension",
          "sqlite_version",
          "bm25",
          "snippet",
          "highlight",
          "geopoly_area",
          "unhex",
          "soundex",
          "random",
          "changes",
          "sqrt",
          "matchinfo",
          "fts5",
          "fts5_source_id",
          "sqlite_compileoption_get",
          "likelihood",
          "json_each",
          "percentile",
          "string_agg",
          "octet_length",
          "json_error_position");
  private static final List<String> FUNCTIONS_OF_TWO =
      List.of(
          "instr",
          "substr",
          "json_extract",
          "json_patch",
          "json_remove",
          "printf",
          "format",
          "like",
          "glob",
          "match",
          "regexp",
          "nullif",
          "ifnull",
          "coalesce",
          "round",
          "trim",
          "rtrim",
          "strftime",
          "json_insert",
          "json_set",
          "json_object",
          "replace",
          "iif",
          "pow",
          "concat_ws",
          "percentile_cont",
          "nth_value",
          "timediff",
          "json_array_insert",
          "geopoly_overlap");
  private static final List<String> PRAGMAS =
      List.of(
          "table_info(t1)",
          "table_list",
          "index_list(t1)",
          "foreign_key_check",
          "integrity_check",
          "quick_check(1)",
          "journal_mode=delete",
          "journal_mode",
          "user_version=7",
          "user_version",
          "foreign_keys=off",
          "foreign_keys=on",
          "writable_schema=1",
          "optimize",
          "cache_size=-1",
          "max_page_count=1",
          "page_size=1024",
          "wal_checkpoint",
          "locking_mode=exclusive",
          "function_list",
          "application_id=3",
          "defer_foreign_keys=1",
          "encoding='UTF-16'",
          "incremental_vacuum",
          "shrink_memory",
          "temp_store=1",
          "data_version",
          "hard_heap_limit=1",
          "analysis_limit=10",
          "recursive_triggers=1",
          "mmap_size=1000",
          "schema_version=9");
  private static final List<String> FIXED =
      List.of(
          "BEGIN",
          "BEGIN IMMEDIATE",
          "BEGIN TRANSACTION READONLY",
          "COMMIT",
          "END",
          "ROLLBACK",
          "SAVEPOINT s",
          "RELEASE s",
          "ROLLBACK TO s",
          "SAVEPOINT \"\"",
          "ROLLBACK TO s; COMMIT",
          "VACUUM",
          "VACUUM INTO 'x'",
          "ATTACH ':memory:' AS x",
          "DETACH x",
          "ANALYZE",
          "REINDEX",
          "REINDEX t1",
          "EXPLAIN SELECT * FROM t1",
          "EXPLAIN QUERY PLAN SELECT * FROM t1, t2",
          "",
          ";",
          "--",
          "/*",
          "/* */;",
          "CREATE TEMP TABLE x (a)",
          "DROP TABLE IF EXISTS t3",
          "CREATE TABLE IF NOT EXISTS t3 (a, b, c, UNIQUE (a, b) ON CONFLICT REPLACE)",
          "CREATE INDEX IF NOT EXISTS i1 ON t1 (b, a DESC) WHERE c IS NOT NULL",
          "DROP INDEX i1",
          "CREATE VIEW IF NOT EXISTS v1 AS SELECT * FROM t1 JOIN t2 USING (a)",
          "DROP VIEW v1",
          "CREATE TRIGGER IF NOT EXISTS g1 AFTER INSERT ON t1 BEGIN INSERT INTO t2 (a) VALUES"
              + " (new.a); END",
          "CREATE TRIGGER IF NOT EXISTS g2 AFTER INSERT ON t2 BEGIN INSERT INTO t1 (a) VALUES"
              + " (new.a); END",
          "DROP TRIGGER g1",
          "DROP TRIGGER g2",
          "ALTER TABLE t2 RENAME COLUMN c TO d",
          "ALTER TABLE t2 RENAME COLUMN d TO c",
          "ALTER TABLE t3 ADD COLUMN e DEFAULT (1)",
          "ALTER TABLE t1 RENAME TO __dosql_x",
          "DELETE FROM sqlite_sequence",
          "CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts5 (a, b, tokenize = 'trigram')",
          "CREATE VIRTUAL TABLE IF NOT EXISTS r USING rtree (id, min0, max0)",
          "CREATE VIRTUAL TABLE IF NOT EXISTS g USING geopoly (a)",
          "DROP TABLE f",
          "DROP TABLE r",
          "INSERT INTO f (f) VALUES ('optimize')",
          "INSERT INTO f (f) VALUES ('integrity-check')",
          "INSERT INTO f (f, rank) VALUES ('merge', -16)",
          "DELETE FROM f_data",
          "UPDATE f_data SET block = zeroblob(9)",
          "INSERT INTO f_config VALUES ('version', 99)",
          "UPDATE r_node SET data = x'00'",
          "DELETE FROM r_rowid",
          "INSERT INTO f_idx VALUES (1,2,3)",
          "SELECT * FROM pragma_table_info('t1')",
          "SELECT * FROM json_tree('{\"a\":[1,{\"b\":2}]}')",
          "SELECT * FROM pragma_journal_mode",
          "SELECT * FROM bytecode('SELECT 1')",
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO t1 (a)"
              + " SELECT i FROM n",
          "INSERT INTO t1 (a) SELECT a FROM t1 LIMIT 500");
  private static final List<String> OPERATORS =
      List.of(
          "+",
          "-",
          "*",
          "/",
          "%",
          "||",
          "<<",
          ">>",
          "&",
          "|",
          "<",
          "<=",
          "=",
          "<>",
          "IS",
          "IS NOT",
          "AND",
          "OR",
          "LIKE",
          "GLOB",
          "MATCH",
          "->",
          "->>",
          "IS DISTINCT FROM",
          "+",
          "=",
          "||",
          "<");
  private static final List<String> ODD =
      List.of(
          "\0",
          "'",
          "\"",
          "`",
          "[",
          "]",
          "(",
          ")",
          ";",
          "--",
          "/*",
          "\uD800",
          "\uDFFF",
          "\uFEFF",
          "é",
          "\uD83D\uDE00",
          "\\",
          "?",
          "?99999",
          ":a",
          "@",
          "$",
          "$::a(",
          "x'0",
          "0x",
          "1e999",
          ".",
          "\r\n",
          "\t",
          "\u00A0",
          "\u2028",
          "9223372036854775808",
          "1_000",
          "%",
          "{",
          "}",
          "#1");

  private final Random random;

  public SqlGenerator(long seed) {
    this.random = new Random(seed);
  }

  /** The next statement. */
  public String next() {
    String sql = statement();
    return random.nextInt(3) == 0 ? mutate(sql) : sql;
  }

  private String statement() {
    return switch (random.nextInt(12)) {
      case 0 -> of(FIXED);
      case 1 -> "PRAGMA " + of(PRAGMAS);
      case 2 -> "INSERT" + conflict() + "INTO " + of(TABLES) + " (a, b) VALUES (" + list(2) + ")";
      case 3 ->
          "INSERT INTO t1 (a, b, c) VALUES (%s) ON CONFLICT DO UPDATE SET b = %s RETURNING *"
              .formatted(list(3), expression(2));
      case 4 ->
          "UPDATE%s%s SET %s = %s WHERE %s"
              .formatted(conflict(), of(TABLES), of(COLUMNS), expression(2), expression(2));
      case 5 -> "DELETE FROM %s WHERE %s LIMIT 10".formatted(of(TABLES), expression(2));
      case 6 -> "EXPLAIN " + select(2);
      case 7 -> "CREATE TABLE IF NOT EXISTS t3 AS " + select(1) + " LIMIT 10";
      default -> select(3);
    };
  }

  private String conflict() {
    return switch (random.nextInt(8)) {
      case 0 -> " OR REPLACE ";
      case 1 -> " OR IGNORE ";
      case 2 -> " OR FAIL ";
      case 3 -> " OR ROLLBACK ";
      case 4 -> " OR ABORT ";
      default -> " ";
    };
  }

  private String select(int depth) {
    StringBuilder sql = new StringBuilder("SELECT ");
    sql.append(random.nextInt(6) == 0 ? "DISTINCT " : "").append(list(1 + random.nextInt(3)));
    if (random.nextInt(5) > 0) {
      sql.append(" FROM ").append(source(depth));
    }
    if (random.nextInt(2) == 0) {
      sql.append(" WHERE ").append(expression(depth));
    }
    if (random.nextInt(5) == 0) {
      sql.append(" GROUP BY ").append(expression(1)).append(" HAVING ").append(expression(1));
    }
    if (random.nextInt(8) == 0 && depth > 0) {
      sql.append(random.nextBoolean() ? " UNION ALL " : " EXCEPT ").append(select(depth - 1));
    }
    if (random.nextInt(4) == 0) {
      sql.append(" ORDER BY ").append(expression(1));
    }
    if (random.nextInt(3) == 0) {
      sql.append(" LIMIT ").append(random.nextInt(20));
    }
    return sql.toString();
  }

  private String source(int depth) {
    return switch (random.nextInt(6)) {
      case 0 -> of(TABLES) + " JOIN " + of(TABLES) + " USING (a)";
      case 1 -> of(TABLES) + " x LEFT JOIN " + of(TABLES) + " y ON " + expression(1);
      case 2 -> depth > 0 ? "(" + select(depth - 1) + ")" : "t1";
      case 3 -> "json_each(" + expression(1) + ")";
      default -> of(TABLES);
    };
  }

  private String list(int count) {
    StringBuilder list = new StringBuilder(expression(2));
    for (int i = 1; i < count; i++) {
      list.append(", ").append(expression(2));
    }
    return list.toString();
  }

  private String expression(int depth) {
    if (depth <= 0) {
      return atom();
    }
    return switch (random.nextInt(10)) {
      case 0 -> of(FUNCTIONS) + "(" + expression(depth - 1) + ")";
      case 1 ->
          of(FUNCTIONS_OF_TWO) + "(" + expression(depth - 1) + ", " + expression(depth - 1) + ")";
      case 2, 3 -> expression(depth - 1) + " " + of(OPERATORS) + " " + expression(depth - 1);
      case 4 -> "(" + select(depth - 1) + ")";
      case 5 ->
          "CASE WHEN " + expression(depth - 1) + " THEN " + atom() + " ELSE " + atom() + " END";
      case 6 -> "CAST(" + expression(depth - 1) + " AS BLOB)";
      case 7 -> of(FUNCTIONS) + "(" + atom() + ") OVER (ORDER BY " + atom() + ")";
      default -> atom();
    };
  }

  private String atom() {
    return switch (random.nextInt(12)) {
      case 0 -> String.valueOf(random.nextInt(10));
      case 1 -> String.valueOf(random.nextLong());
      case 2 -> "NULL";
      case 3 -> "'%a%b_'";
      case 4 -> "x'00ff'";
      case 5 -> "1e308 * 10";
      case 6 -> "'{\"a\":[1,2,{\"b\":null}]}'";
      case 7 -> "'$.a[#-1]'";
      case 8 -> random.nextInt(200) == 0 ? "zeroblob(" + random.nextInt(20_000_000) + ")" : "'%9d'";
      default -> of(COLUMNS);
    };
  }

  private String mutate(String sql) {
    StringBuilder text = new StringBuilder(sql);
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(text.length() + 1);
      int to = Math.min(text.length(), at + random.nextInt(12));
      switch (random.nextInt(6)) {
        case 0 -> text.delete(at, to);
        case 1 -> text.insert(at, of(ODD));
        case 2 -> text.insert(at, text.substring(at, to).repeat(1 + random.nextInt(4)));
        case 3 -> text.replace(at, to, statement());
        case 4 -> text.insert(at, (char) random.nextInt(0x10000));
        default -> text.insert(at, " " + expression(1) + " ");
      }
    }
    return text.toString();
  }

  private String of(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
