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

  /** One tenant; NOT_FOUND if it is not there. */
  TenantStatus tenant(String name);

  /** Wakes a tenant, so that its next request need not wait for that. */
  TenantStatus prewarm(String name);

  /** Keeps a tenant awake from now on, across restarts; QUOTA_EXCEEDED when too many are. */
  TenantStatus pin(String name);

  /** Lets a tenant sleep again. */
  TenantStatus unpin(String name);

  /** Tries to open a quarantined tenant now; TENANT_UNAVAILABLE if it still cannot be. */
  TenantStatus retry(String name);

  /**
   * Deletes a tenant, durably.
   *
   * @return whether it was there
   */
  boolean delete(String name);

  /**
   * A page of complete backups, newest first.
   *
   * @param after the last name of the page before, empty for the first page
   * @param limit most backups on the page, 1 to 1,000
   */
  Page<BackupSummary> backups(Optional<String> after, int limit);

  /**
   * A page of what restores that have ended saved before, newest first.
   *
   * @param after the last id of a restore of the page before, empty for the first page
   * @param limit most of them on the page, 1 to 1,000
   */
  Page<BackupSummary> preRestoreBackups(Optional<String> after, int limit);

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
