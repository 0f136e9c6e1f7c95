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
  /** Whether commits get into the archive in time. */
  ARCHIVING("Archiving"),
  /** What became of the newest verification of a database's backups. */
  BACKUPS_VERIFIED("BackupsVerified"),
  /** What became of the newest verification of one backup. */
  VERIFIED("Verified"),
  /** Whether a new database has what it is to begin with. */
  BOOTSTRAP_RESTORED("BootstrapRestored"),
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
