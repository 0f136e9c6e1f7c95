package io.dosql.operator.database;

import io.dosql.operator.backup.DueBackup;
import java.util.List;

/** What is to be done after the status is written. */
sealed interface DatabaseAction {

  /** Make the DoSQLBackup that the schedule asks for. */
  record CreateBackup(DueBackup due) implements DatabaseAction {}

  /** Have the pod delete backups from the store. */
  record StartPruning(String operationId, List<String> names) implements DatabaseAction {}

  /** What the store holds has changed: list it again. */
  record ForgetListing() implements DatabaseAction {}

  /** Take the token out of the Secrets of users that are no more. */
  record EmptySecrets(List<String> names) implements DatabaseAction {}

  /** Delete DoSQLBackups whose backups are gone, or that failed long ago. */
  record DeleteBackups(List<String> names) implements DatabaseAction {}
}
