package io.dosql.engine.http;

import io.dosql.engine.admin.OperationRequest;
import io.dosql.engine.admin.OperationRequest.Migration;
import io.dosql.engine.admin.OperationRequest.RestorePoint;
import io.dosql.engine.json.JsonReader;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
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
          "restore",
              Set.of(
                  "backup",
                  "preRestoreId",
                  "targetTime",
                  "targetLsn",
                  "latest",
                  "line",
                  "tenants",
                  "dryRun",
                  "source"),
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
    private @Nullable String preRestoreId;
    private @Nullable List<String> backups;
    private @Nullable String source;
    private @Nullable String target;
    private @Nullable String targetTime;
    private @Nullable String targetLsn;
    private boolean latest;
    private @Nullable String line;
    private boolean dryRun;
    private boolean fromElsewhere;

    private void read(JsonReader json, String field) {
      seen.add(field);
      switch (field) {
        case "kind" -> kind = json.string();
        case "tenants" -> tenants = json.isNull() ? null : names(json);
        case "migrations" -> migrations = migrations(json);
        case "plan" -> plan = json.bool();
        case "name" -> name = json.string();
        case "backup" -> backup = json.string();
        case "preRestoreId" -> preRestoreId = json.string();
        case "backups" -> backups = names(json);
        case "source" -> {
          // A tenant's name for a clone, whether there is another store for a restore.
          if (json.kind() == JsonReader.Kind.BOOLEAN) {
            fromElsewhere = json.bool();
          } else {
            source = json.string();
          }
        }
        case "target" -> target = json.string();
        case "targetTime" -> targetTime = json.string();
        case "targetLsn" -> targetLsn = json.string();
        case "latest" -> latest = json.bool();
        case "line" -> line = json.isNull() ? null : json.string();
        case "dryRun" -> dryRun = json.bool();
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
        case "restore" ->
            new OperationRequest.Restore(
                restorePoint(json), Optional.ofNullable(line), chosen, dryRun, fromElsewhere);
        case "clone" ->
            new OperationRequest.Clone(
                given(source, json, "source"), given(target, json, "target"));
        default -> new OperationRequest.Prune(given(backups, json, "backups"));
      };
    }

    private RestorePoint restorePoint(JsonReader json) {
      if (source != null) {
        throw json.invalid("'source' of 'restore' must be true or false");
      }
      List<RestorePoint> points = new ArrayList<>();
      if (backup != null) {
        points.add(new RestorePoint.OfBackup(backup));
      }
      if (preRestoreId != null) {
        if (fromElsewhere) {
          throw json.invalid("'preRestoreId' names what lies in the pod's own store, not 'source'");
        }
        points.add(new RestorePoint.BeforeRestore(preRestoreId));
      }
      if (latest) {
        points.add(new RestorePoint.Latest());
      }
      if (targetTime != null) {
        points.add(new RestorePoint.AtTime(time(json, targetTime)));
      }
      if (targetLsn != null) {
        points.add(new RestorePoint.AtLsn(lsn(json, targetLsn)));
      }
      if (points.size() != 1) {
        throw json.invalid(
            "'restore' needs exactly one of backup, preRestoreId, targetTime, targetLsn, latest");
      }
      return points.getFirst();
    }

    private static Instant time(JsonReader json, String text) {
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeParseException notATime) {
        throw json.invalid(
            "'targetTime' must be a time of RFC 3339 with its zone, such as 2026-11-24T14:02:16Z");
      }
    }

    private static long lsn(JsonReader json, String text) {
      try {
        long lsn = Long.parseLong(text);
        if (lsn > 0) {
          return lsn;
        }
      } catch (NumberFormatException notANumber) {
        // Refused below, together with numbers out of range.
      }
      throw json.invalid("'targetLsn' must be a string with a number from 1");
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
