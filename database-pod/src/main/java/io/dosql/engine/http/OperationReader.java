package io.dosql.engine.http;

import io.dosql.engine.admin.OperationRequest;
import io.dosql.engine.admin.OperationRequest.Migration;
import io.dosql.engine.json.JsonReader;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body that starts an operation; unknown fields, and those of other kinds, are errors.
 */
final class OperationReader {

  private static final Map<String, Set<String>> FIELDS =
      Map.of(
          "migrate", Set.of("tenants", "migrations", "plan"),
          "backup", Set.of("name", "tenants"),
          "restore", Set.of("backup", "tenants"),
          "prune", Set.of("backups"),
          "clone", Set.of("source", "target"));

  private static final int MAX_NAMES = 100_000;
  private static final int MAX_MIGRATIONS = 10_000;

  OperationRequest read(byte[] body) {
    return JsonReader.read(
        body,
        json -> {
          Fields fields = new Fields();
          json.object(name -> fields.read(json, name));
          return fields.toRequest(json);
        });
  }

  /** What {@code POST /admin/tenants/{tenant}/clone} asks for. */
  record CloneBody(String target, Optional<String> id) {}

  CloneBody readClone(byte[] body) {
    var fields =
        new Object() {
          @Nullable String target;
          @Nullable String id;
        };
    return JsonReader.read(
        body,
        json -> {
          json.object(
              field -> {
                switch (field) {
                  case "target" -> fields.target = json.string();
                  case "id" -> fields.id = json.string();
                  default -> throw json.unknownField();
                }
              });
          return new CloneBody(
              Fields.given(fields.target, json, "target"), Optional.ofNullable(fields.id));
        });
  }

  private static final class Fields {
    private final Set<String> seen = new LinkedHashSet<>();
    private @Nullable String kind;
    private @Nullable List<String> tenants;
    private @Nullable List<Migration> migrations;
    private boolean plan;
    private @Nullable String name;
    private @Nullable String backup;
    private @Nullable List<String> backups;
    private @Nullable String source;
    private @Nullable String target;

    private void read(JsonReader json, String field) {
      seen.add(field);
      switch (field) {
        case "kind" -> kind = json.string();
        case "tenants" -> tenants = json.isNull() ? null : names(json);
        case "migrations" -> migrations = migrations(json);
        case "plan" -> plan = json.bool();
        case "name" -> name = json.string();
        case "backup" -> backup = json.string();
        case "backups" -> backups = names(json);
        case "source" -> source = json.string();
        case "target" -> target = json.string();
        default -> throw json.unknownField();
      }
    }

    private OperationRequest toRequest(JsonReader json) {
      if (kind == null) {
        throw json.missing("kind");
      }
      Set<String> allowed = FIELDS.get(kind);
      if (allowed == null) {
        throw json.invalid("'kind' must be migrate, backup, restore, prune or clone");
      }
      for (String field : seen) {
        if (!field.equals("kind") && !allowed.contains(field)) {
          throw json.invalid("'" + kind + "' has no field '" + field + "'");
        }
      }
      Optional<List<String>> chosen = Optional.ofNullable(tenants);
      return switch (kind) {
        case "migrate" ->
            new OperationRequest.Migrate(chosen, given(migrations, json, "migrations"), plan);
        case "backup" -> new OperationRequest.Backup(given(name, json, "name"), chosen);
        case "restore" -> new OperationRequest.Restore(given(backup, json, "backup"), chosen);
        case "clone" ->
            new OperationRequest.Clone(
                given(source, json, "source"), given(target, json, "target"));
        default -> new OperationRequest.Prune(given(backups, json, "backups"));
      };
    }

    private static <T> T given(@Nullable T value, JsonReader json, String field) {
      if (value == null) {
        throw json.missing(field);
      }
      return value;
    }

    private static List<String> names(JsonReader json) {
      Set<String> names = new LinkedHashSet<>();
      json.array(
          () -> {
            if (names.size() == MAX_NAMES) {
              throw json.invalid("there may be at most " + MAX_NAMES + " names");
            }
            if (!names.add(json.string())) {
              throw json.invalid("a name appears twice");
            }
          });
      if (names.isEmpty()) {
        throw json.invalid("must not be empty");
      }
      return List.copyOf(names);
    }

    private static List<Migration> migrations(JsonReader json) {
      List<Migration> migrations = new ArrayList<>();
      json.array(
          () -> {
            if (migrations.size() == MAX_MIGRATIONS) {
              throw json.invalid("there may be at most " + MAX_MIGRATIONS + " migrations");
            }
            migrations.add(migration(json));
          });
      if (migrations.isEmpty()) {
        throw json.invalid("must not be empty");
      }
      return migrations;
    }

    private static Migration migration(JsonReader json) {
      var fields =
          new Object() {
            @Nullable String id;
            @Nullable String sql;
          };
      json.object(
          field -> {
            switch (field) {
              case "id" -> fields.id = json.string();
              case "sql" -> fields.sql = json.string();
              default -> throw json.unknownField();
            }
          });
      return new Migration(given(fields.id, json, "id"), given(fields.sql, json, "sql"));
    }
  }
}
