package io.dosql.engine.tenant;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Schemas and statements at random: each a function of its seed alone, so that what is left of a
 * failing script when statements are taken away still means the same. Values are few, so that
 * statements meet the same rows, and conflict.
 */
final class RandomSql {

  private static final List<String> TABLES = List.of("a", "b", "c", "d", "e", "p", "q");
  private static final List<String> CLAUSES =
      List.of("", "", "", "OR ABORT ", "OR FAIL ", "OR IGNORE ", "OR REPLACE ", "OR ROLLBACK ");
  private static final List<String> SAVEPOINTS = List.of("s", "S", "\"s\"", "t");

  private RandomSql() {}

  private static <T> T pick(Random random, List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  // ---- Schemas

  static List<String> schema(long seed) {
    Random random = new Random(seed);
    List<String> sql = new ArrayList<>();
    for (String table : List.of("a", "b", "c", "d", "e")) {
      sql.add(table(random, table));
      if (random.nextInt(3) == 0) {
        String where = random.nextBoolean() ? "" : " WHERE z > 2";
        sql.add("CREATE UNIQUE INDEX i%1$s ON %1$s (z, y)%2$s".formatted(table, where));
      }
    }
    sql.add("CREATE TABLE log (x, y)");
    sql.addAll(family(random));
    for (String table : TABLES) {
      if (random.nextInt(3) == 0) {
        sql.add(trigger(random, table));
      }
    }
    sql.add("CREATE VIEW v AS SELECT x, y FROM a");
    sql.add(
        "CREATE TRIGGER through INSTEAD OF INSERT ON v BEGIN INSERT %sINTO b (x, y) VALUES (new.x,"
                .formatted(pick(random, CLAUSES))
            + " new.y); INSERT INTO log VALUES (new.x, 'v'); END");
    return sql;
  }

  private static String table(Random random, String name) {
    String types = pick(random, List.of("%s", "%s INT", "%s REAL", "%s TEXT", "%s BLOB"));
    String x = types.formatted("x");
    String y = pick(random, List.of("y", "y TEXT COLLATE NOCASE", "y NUMERIC", "y REAL NOT NULL"));
    String z =
        pick(random, List.of("z", "z DEFAULT 7", "z NOT NULL DEFAULT 3", "z CHECK (z <> 9)"));
    String generated =
        pick(
            random,
            List.of(
                "",
                ", g AS (x || y)",
                ", g AS (x || '!') STORED",
                ", g AS (y) STORED, h AS (z) VIRTUAL"));
    String front = random.nextInt(4) == 0 ? "f AS (z), " : "";
    return switch (random.nextInt(7)) {
      case 0 -> "CREATE TABLE %s (%s%s, %s, %s%s)".formatted(name, front, x, y, z, generated);
      case 1 ->
          "CREATE TABLE %s (%sx INTEGER PRIMARY KEY, %s, %s%s)"
              .formatted(name, front, y, z, generated);
      case 2 ->
          "CREATE TABLE %s (x INTEGER PRIMARY KEY AUTOINCREMENT, %s, %s%s)"
              .formatted(name, y, z, generated);
      case 3 ->
          "CREATE TABLE %s (%s%s PRIMARY KEY, %s UNIQUE, %s%s)"
              .formatted(name, front, x, y, z, generated);
      case 4 ->
          "CREATE TABLE %s (%s%s, %s, %s%s, PRIMARY KEY (y, x)) WITHOUT ROWID"
              .formatted(name, front, x, y, z, generated);
      case 5 ->
          "CREATE TABLE %s (%s%s, %s, %s%s, PRIMARY KEY (z DESC, x COLLATE NOCASE)) WITHOUT ROWID"
              .formatted(name, front, x, y, z, generated);
      default ->
          "CREATE TABLE %s (%s, %s, %s%s, PRIMARY KEY (x, z) ON CONFLICT %s)"
              .formatted(
                  name, x, y, z, generated, pick(random, List.of("REPLACE", "FAIL", "IGNORE")));
    };
  }

  private static List<String> family(Random random) {
    List<String> actions = List.of("CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION");
    String rowid = random.nextBoolean() ? "" : " WITHOUT ROWID";
    return List.of(
        "CREATE TABLE p (x INTEGER NOT NULL PRIMARY KEY, y UNIQUE, z)" + rowid,
        "CREATE TABLE q (x PRIMARY KEY, y DEFAULT 2 REFERENCES p (x) ON DELETE %s ON UPDATE %s%s, z REFERENCES q (x) ON DELETE %s)"
            .formatted(
                pick(random, actions),
                pick(random, actions),
                random.nextBoolean() ? "" : " DEFERRABLE INITIALLY DEFERRED",
                pick(random, actions)));
  }

  private static String trigger(Random random, String table) {
    String event = pick(random, List.of("INSERT", "UPDATE", "DELETE"));
    String row = event.equals("DELETE") ? "old" : "new";
    String raise =
        "SELECT CASE %s.x WHEN 1 THEN RAISE(%s, 'one') WHEN 2 THEN RAISE(%s, 'two') END;"
            .formatted(row, pick(random, raises()), pick(random, raises()));
    String work =
        pick(
            random,
            List.of(
                "INSERT INTO log VALUES (%s.x, '%s');".formatted(row, table),
                "INSERT OR REPLACE INTO a (x, y, z) VALUES (%s.x, 3, 4);".formatted(row),
                "UPDATE b SET y = %s.x WHERE z > 1;".formatted(row),
                "DELETE FROM c WHERE x = %s.x;".formatted(row)));
    return "CREATE TRIGGER t%s %s %s ON %s BEGIN %s %s END"
        .formatted(
            table,
            pick(random, List.of("BEFORE", "AFTER")),
            event,
            table,
            random.nextBoolean() ? work : "",
            random.nextInt(3) == 0 ? raise : work);
  }

  private static List<String> raises() {
    return List.of("FAIL", "ABORT", "ROLLBACK", "FAIL", "ABORT");
  }

  // ---- Statements

  static String statement(long seed) {
    Random random = new Random(seed);
    String table = pick(random, TABLES);
    String clause = pick(random, CLAUSES);
    return switch (random.nextInt(24)) {
      case 0, 1, 2, 3, 4 ->
          "INSERT %sINTO %s (x, y, z) VALUES %s".formatted(clause, table, rows(random));
      case 5 ->
          "INSERT %sINTO %s (y, z) VALUES (%s, %s) RETURNING *"
              .formatted(clause, table, value(random), value(random));
      case 6, 7, 8 ->
          "UPDATE %s%s SET %s = %s WHERE %s"
              .formatted(clause, table, column(random), expression(random), condition(random));
      case 9 ->
          "UPDATE %s%s SET x = %s, y = %s, z = %s"
              .formatted(clause, table, expression(random), expression(random), value(random));
      case 10, 11 -> "DELETE FROM %s WHERE %s".formatted(table, condition(random));
      case 12 -> "DELETE FROM " + table;
      case 13 ->
          "INSERT %sINTO %s (x, y, z) SELECT z, y, x FROM %s"
              .formatted(clause, table, pick(random, TABLES));
      case 14 ->
          "INSERT INTO %s (x, y, z) VALUES %s ON CONFLICT DO UPDATE SET %s = excluded.z || 'u'"
              .formatted(table, rows(random), column(random));
      case 15 ->
          "INSERT %sINTO v VALUES (%s, %s), (%s, 4)"
              .formatted(clause, value(random), value(random), value(random));
      case 16 -> "BEGIN";
      case 17 -> random.nextInt(3) == 0 ? "ROLLBACK" : "COMMIT";
      case 18, 19 -> "SAVEPOINT " + pick(random, SAVEPOINTS);
      case 20 -> "RELEASE " + pick(random, SAVEPOINTS);
      case 21 -> "ROLLBACK TO " + pick(random, SAVEPOINTS);
      case 22 -> "INSERT INTO %s SELECT * FROM %s".formatted(table, pick(random, TABLES));
      default -> definition(random, table);
    };
  }

  private static String definition(Random random, String table) {
    return switch (random.nextInt(9)) {
      case 0 -> "CREATE TABLE n%d AS SELECT * FROM %s".formatted(random.nextInt(2), table);
      case 1 -> "DROP TABLE IF EXISTS n" + random.nextInt(2);
      case 2 -> "DROP TABLE " + table;
      case 3 -> "ALTER TABLE %s ADD COLUMN w DEFAULT 'w'".formatted(table);
      case 4 -> "ALTER TABLE %s DROP COLUMN w".formatted(table);
      case 5 -> "ALTER TABLE %s RENAME COLUMN w TO ww".formatted(table);
      case 6 -> "CREATE INDEX IF NOT EXISTS j ON %s (z)".formatted(table);
      case 7 -> "DROP INDEX IF EXISTS j";
      default -> "VACUUM";
    };
  }

  private static String rows(Random random) {
    List<String> rows = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      rows.add("(%s, %s, %s)".formatted(value(random), value(random), value(random)));
    }
    return String.join(", ", rows);
  }

  private static String value(Random random) {
    return switch (random.nextInt(14)) {
      case 0 -> "NULL";
      case 1 -> "'x'";
      case 2 -> "'X'";
      case 3 -> "x'00ff'";
      case 4 -> "2.5";
      case 5 -> "-0.0";
      case 6 -> "9007199254740993";
      case 7 -> "printf('%.*c', 40, 'y')";
      default -> String.valueOf(random.nextInt(6));
    };
  }

  private static String expression(Random random) {
    return pick(random, List.of("x + 1", "y", "z || 'e'", "x * 2", value(random), value(random)));
  }

  private static String column(Random random) {
    return pick(random, List.of("x", "y", "z"));
  }

  private static String condition(Random random) {
    return pick(
        random,
        List.of("1", "x < 3", "y = " + value(random), "z IS " + value(random), "x > 1 OR z > 3"));
  }
}
