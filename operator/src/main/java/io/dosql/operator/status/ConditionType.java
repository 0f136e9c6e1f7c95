package io.dosql.operator.status;

/** The conditions that resources carry. */
public enum ConditionType {
  /** What {@code kubectl wait} waits for. */
  READY("Ready"),
  /** As kstatus defines it: the operator has not got there yet. */
  RECONCILING("Reconciling"),
  /** As kstatus defines it: the operator cannot get there without a person. */
  STALLED("Stalled"),
  LAST_BACKUP_SUCCEEDED("LastBackupSucceeded"),
  RETENTION_APPLIED("RetentionApplied"),
  TENANTS_HEALTHY("TenantsHealthy");

  private final String text;

  ConditionType(String text) {
    this.text = text;
  }

  /** The word in the resource. */
  public String text() {
    return text;
  }
}
