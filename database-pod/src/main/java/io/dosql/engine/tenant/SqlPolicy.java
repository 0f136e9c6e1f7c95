package io.dosql.engine.tenant;

import io.dosql.engine.sqlite.Authorizer.Decision;
import io.dosql.engine.sqlite.AuthorizerAction;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client's SQL may do, decided while SQLite compiles it. Keeps a statement inside its tenant
 * and its hands off what the engine relies on: the WAL, syncing, page size, attached files.
 */
final class SqlPolicy {

  /** Pragmas that only tell. */
  private static final Set<String> TELLING =
      Set.of(
          "table_info",
          "table_xinfo",
          "table_list",
          "index_list",
          "index_info",
          "index_xinfo",
          "foreign_key_list",
          "foreign_key_check",
          "integrity_check",
          "quick_check",
          "compile_options",
          "function_list",
          "module_list",
          "pragma_list",
          "collation_list",
          "database_list");

  /** Pragmas that are harmless to read and, with a value, not the client's to set. */
  private static final Set<String> READABLE =
      Set.of(
          "encoding",
          "page_size",
          "page_count",
          "freelist_count",
          "data_version",
          "schema_version",
          "journal_mode",
          "synchronous",
          "auto_vacuum",
          "cache_size",
          "max_page_count",
          "busy_timeout",
          "locking_mode",
          "query_only",
          "read_uncommitted",
          "recursive_triggers",
          "secure_delete",
          "temp_store",
          "wal_autocheckpoint",
          "trusted_schema",
          "application_id",
          "ignore_check_constraints");

  /** Pragmas that a client may set: they are stored in its database, or kept by its session. */
  private static final Set<String> SETTABLE =
      Set.of("user_version", "application_id", "foreign_keys", "defer_foreign_keys", "optimize");

  private static final Set<String> DENIED_FUNCTIONS =
      Set.of("load_extension", "fts3_tokenizer", "readfile", "writefile", "edit");

  /** What DoSQL records about a tenant lies in the tenant, so that it is backed up with it. */
  private static final String OWN_TABLES = "__dosql_";

  private static final Set<String> DENIED_TABLES = Set.of("sqlite_dbpage");

  private static final Set<String> VIRTUAL_TABLE_MODULES =
      Set.of("fts3", "fts4", "fts5", "fts5vocab", "rtree", "rtree_i32", "geopoly");

  private boolean enforced;
  private boolean vacuuming;
  private String sql = "";
  private @Nullable String refusal;

  /**
   * Before a client's statement is compiled or run.
   *
   * @param text of the statement; may be empty if it is only compiled
   * @param vacuum it is a VACUUM, and SQLite itself will run what that takes
   */
  void enforce(String text, boolean vacuum) {
    enforced = true;
    vacuuming = vacuum;
    sql = text;
    refusal = null;
  }

  /** From here on the engine's own statements run. */
  void relax() {
    enforced = false;
    vacuuming = false;
    sql = "";
  }

  /** Whether clients may not call this function. */
  static boolean deniesFunction(String name) {
    return DENIED_FUNCTIONS.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Why the last statement was refused, or null. */
  @Nullable String refusal() {
    return refusal;
  }

  /** The authorizer's decision. */
  Decision decide(AuthorizerAction action, @Nullable String first, @Nullable String second) {
    if (!enforced) {
      return Decision.ALLOW;
    }
    String reason = refuse(action, text(first), text(second));
    if (reason == null) {
      return Decision.ALLOW;
    }
    refusal = reason;
    return Decision.DENY;
  }

  private @Nullable String refuse(AuthorizerAction action, String first, String second) {
    return switch (action) {
      case ATTACH ->
          vacuuming && first.isEmpty() ? null : "ATTACH and VACUUM INTO are not available";
      case DETACH -> vacuuming ? null : "DETACH is not available";
      case PRAGMA -> refusePragma(first, second);
      case CREATE_TEMP_TABLE, CREATE_TEMP_INDEX, CREATE_TEMP_TRIGGER, CREATE_TEMP_VIEW ->
          "temporary tables, views, indexes and triggers are not available: connections are shared";
      case FUNCTION ->
          DENIED_FUNCTIONS.contains(second) ? "the function " + second + " is not available" : null;
      case CREATE_VTABLE ->
          VIRTUAL_TABLE_MODULES.contains(second)
              ? refuseWriting(first)
              : "virtual tables of module " + second + " are not available";
      case INSERT, UPDATE, DELETE, CREATE_TABLE, DROP_TABLE, CREATE_VIEW, DROP_VIEW ->
          vacuuming ? null : refuseWriting(first);
      case CREATE_INDEX, DROP_INDEX, CREATE_TRIGGER, DROP_TRIGGER ->
          vacuuming ? null : refuseWriting(first, second);
      case ALTER_TABLE -> refuseAltering(second);
      default -> null;
    };
  }

  private static @Nullable String refuseWriting(String name, String table) {
    String reason = refuseWriting(name);
    return reason == null ? refuseWriting(table) : reason;
  }

  /** The new name of a table is told to nobody; no quoting can keep it out of the text. */
  private @Nullable String refuseAltering(String table) {
    return sql.toLowerCase(Locale.ROOT).contains(OWN_TABLES)
        ? refuseWriting(OWN_TABLES)
        : refuseWriting(table);
  }

  private static @Nullable String refuseWriting(String table) {
    if (table.startsWith(OWN_TABLES)) {
      return "tables named " + OWN_TABLES + "… belong to DoSQL: they can be read, not changed";
    }
    return DENIED_TABLES.contains(table) ? "the table " + table + " cannot be written" : null;
  }

  private static @Nullable String refusePragma(String name, String value) {
    if (TELLING.contains(name) || SETTABLE.contains(name)) {
      return null;
    }
    if (!READABLE.contains(name)) {
      return "PRAGMA " + name + " is not available";
    }
    return value.isEmpty() ? null : "PRAGMA " + name + " is set by DoSQL and cannot be changed";
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value.toLowerCase(Locale.ROOT);
  }
}
