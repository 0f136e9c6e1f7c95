package io.dosql.engine.admin;

import java.util.Optional;

/**
 * What the operator asks of a pod. Thread safe; may block (call from virtual threads). Failures are
 * {@link io.dosql.engine.error.DosqlException}.
 */
public interface AdminService {

  /** The pod as it is now. */
  PodStatus status();

  /**
   * A page of tenants by name.
   *
   * @param after the last name of the page before, empty for the first page
   * @param limit most tenants on the page, 1 to 1,000
   */
  Page<TenantStatus> tenants(Optional<String> after, int limit);

  /**
   * A page of complete backups, newest first.
   *
   * @param after the last name of the page before, empty for the first page
   * @param limit most backups on the page, 1 to 1,000
   */
  Page<BackupSummary> backups(Optional<String> after, int limit);

  /**
   * Starts an operation, or finds it: asking again with the same id and an equal request is
   * harmless.
   *
   * @param id letters, digits and {@code -}, 1 to 63 of them
   */
  Start start(String id, OperationRequest request);

  /** What is known of an operation; empty when the pod does not know it. */
  Optional<Operation> operation(String id);

  /** What came of asking for an operation. */
  sealed interface Start {

    /** It runs, or has ended. */
    record Known(Operation operation) implements Start {}

    /** The id belongs to an operation with another request. */
    record Conflict() implements Start {}
  }
}
