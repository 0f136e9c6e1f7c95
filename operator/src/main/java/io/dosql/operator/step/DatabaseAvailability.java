package io.dosql.operator.step;

import io.dosql.crds.DatabaseStatus;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.ConditionType;
import java.util.Objects;
import java.util.Optional;

/** Whether the database that a resource refers to can be asked to do something. */
public sealed interface DatabaseAvailability {

  /** It can. */
  record Available(DoSQLDatabase database) implements DatabaseAvailability {}

  /** Not yet; the resource waits, and goes on by itself. */
  record Waiting(String reason, String message) implements DatabaseAvailability {}

  static DatabaseAvailability of(String name, Optional<DoSQLDatabase> found) {
    if (found.isEmpty()) {
      return new Waiting(
          "DatabaseNotFound",
          "There is no DoSQLDatabase %s in this namespace; create it, or correct databaseRef.name."
              .formatted(name));
    }
    DoSQLDatabase database = found.get();
    if (database.isMarkedForDeletion()) {
      return new Waiting(
          "DatabaseDeleted", "The DoSQLDatabase %s is being deleted.".formatted(name));
    }
    DatabaseStatus status =
        Optional.ofNullable(database.getStatus()).orElseGet(DatabaseStatus::empty);
    if (!ConditionSet.isTrue(status.conditions(), ConditionType.READY)) {
      return new Waiting(
          "DatabaseNotReady",
          "The DoSQLDatabase %s is not ready; see its conditions.".formatted(name));
    }
    if (!Objects.equals(status.observedGeneration(), database.getMetadata().getGeneration())) {
      // Ready is what it was before the edit: its pod may not have the new store or tenants yet.
      return new Waiting(
          "DatabaseChanging", "The DoSQLDatabase %s was just edited.".formatted(name));
    }
    return new Available(database);
  }
}
