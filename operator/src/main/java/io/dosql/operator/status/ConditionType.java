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
  /** Whether every tenant can be used. */
  TENANTS_HEALTHY("TenantsHealthy"),
  /** Whether the engine has all commits of all tenants. */
  LOG_HEALTHY("LogHealthy"),
  /** Whether the Secret with the certificate of the data port is there, and good. */
  CERTIFICATE_READY("CertificateReady"),
  /** Whether the data volume has space for writes. */
  DISK_HEALTHY("DiskHealthy");

  private final String text;

  ConditionType(String text) {
    this.text = text;
  }

  /** The word in the resource. */
  public String text() {
    return text;
  }
}
