package io.dosql.operator.database;

import io.dosql.operator.backup.DueBackup;
import io.dosql.operator.backup.VerifySchedule;
import io.dosql.operator.pod.OperationRequest;
import java.util.List;

/** What is to be done after the status is written. */
sealed interface DatabaseAction {

  /** Make the DoSQLBackup that the schedule asks for. */
  record CreateBackup(DueBackup due) implements DatabaseAction {}

  /** Have the pod delete backups from the store. */
  record StartPruning(String operationId, List<String> names) implements DatabaseAction {}

  /** Put a request for verification on a DoSQLBackup. */
  record AskToVerify(VerifySchedule.Request request) implements DatabaseAction {}

  /** Write onto the claim of the data volume how far the restore that it begins with is. */
  record MarkClaim(String mark) implements DatabaseAction {}

  /** Have the pod restore what the database is to begin with. */
  record StartBootstrap(String operationId, OperationRequest.Restore request)
      implements DatabaseAction {}

  /** What the store holds has changed: list it again. */
  record ForgetListing() implements DatabaseAction {}

  /** Take the token out of the Secrets of users that are no more. */
  record EmptySecrets(List<String> names) implements DatabaseAction {}

  /** Delete DoSQLBackups whose backups are gone, or that failed long ago. */
  record DeleteBackups(List<String> names) implements DatabaseAction {}
}
