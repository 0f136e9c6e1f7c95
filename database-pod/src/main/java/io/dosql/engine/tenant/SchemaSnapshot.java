package io.dosql.engine.tenant;

import io.dosql.engine.changes.SchemaChange.Action;
import io.dosql.engine.changes.SchemaChange.ObjectChange;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The definitions of a tenant at one moment, without SQLite's own objects and the engine's.
 *
 * @param objects by type and name, in the order of {@code sqlite_schema}
 */
record SchemaSnapshot(Map<Name, Definition> objects) {

  private static final String SELECT =
      "SELECT type, name, tbl_name, rootpage, coalesce(sql, '') FROM main.sqlite_schema";
  private static final String SELECT_SHADOWS =
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'";

  private static final List<String> QUOTES = List.of("\"", "'", "`");

  record Name(String type, String name) {}

  /**
   * @param rootPage identifies a table's content through a change of its name; 0 for none
   */
  record Definition(String table, long rootPage, String sql) {}

  static SchemaSnapshot read(SqliteConnection sqlite) {
    Map<Name, Definition> objects = new LinkedHashMap<>();
    try (SqliteStatement shadows = sqlite.prepare(SELECT_SHADOWS);
        SqliteStatement all = sqlite.prepare(SELECT)) {
      Set<String> hidden = new HashSet<>();
      while (shadows.step()) {
        hidden.add(shadows.text(0));
      }
      while (all.step()) {
        String name = all.text(1);
        String table = all.text(2);
        boolean isInternal = CapturedTable.isInternal(name) || CapturedTable.isInternal(table);
        if (!isInternal && !hidden.contains(table)) {
          objects.put(
              new Name(all.text(0), name), new Definition(table, all.integer(3), all.text(4)));
        }
      }
    }
    return new SchemaSnapshot(objects);
  }

  /** What makes {@code after} of this. */
  List<ObjectChange> changesTo(SchemaSnapshot after) {
    Map<Long, Name> movedFrom = new HashMap<>();
    List<ObjectChange> changes = new ArrayList<>();
    objects.forEach(
        (name, definition) -> {
          if (!after.objects.containsKey(name) && isTable(name, definition)) {
            movedFrom.put(definition.rootPage, name);
          }
        });
    Set<Name> moved = new HashSet<>();
    after.objects.forEach(
        (name, definition) -> {
          Definition before = objects.get(name);
          Name oldName =
              before == null && isTable(name, definition)
                  ? movedFrom.get(definition.rootPage)
                  : null;
          if (oldName != null) {
            moved.add(oldName);
            changes.add(change(Action.ALTERED, name, oldName.name(), definition));
          } else if (before == null) {
            changes.add(change(Action.CREATED, name, definition.table, definition));
          } else if (!before.sql.equals(definition.sql) || !before.table.equals(definition.table)) {
            changes.add(change(Action.ALTERED, name, definition.table, definition));
          }
        });
    objects.forEach(
        (name, definition) -> {
          if (!after.objects.containsKey(name) && !moved.contains(name)) {
            changes.add(change(Action.DROPPED, name, definition.table, definition));
          }
        });
    return changes;
  }

  private static boolean isTable(Name name, Definition definition) {
    return name.type.equals("table") && definition.rootPage != 0;
  }

  private static ObjectChange change(
      Action action, Name name, String table, Definition definition) {
    return new ObjectChange(action, name.type, name.name, table, definition.sql);
  }

  /** Tables with rows whose names a statement's text contains, in whatever quotes; perhaps more. */
  List<String> tablesNamedIn(String statement) {
    String text = statement.toLowerCase(Locale.ROOT);
    return objects.keySet().stream()
        .filter(name -> name.type.equals("table") && hasRows(name.name))
        .map(Name::name)
        .filter(name -> QUOTES.stream().anyMatch(quote -> text.contains(quoted(name, quote))))
        .toList();
  }

  private static String quoted(String name, String quote) {
    return name.toLowerCase(Locale.ROOT).replace(quote, quote + quote);
  }

  /** Whether a table has rows of its own: it is not virtual. */
  boolean hasRows(String table) {
    Definition definition = objects.get(new Name("table", table));
    return definition != null && definition.rootPage != 0;
  }
}
