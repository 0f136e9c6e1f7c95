package io.dosql.crds;

/** How much may be lost, in one word; the operator knows what each stands for. */
public enum BackupTier {
  /** A full backup a week, kept for two weeks; no archive of commits. */
  Low,
  /** A full backup a day, kept for 30 days; no archive of commits. */
  Medium,
  /** A full backup a day and the commits of every hour, kept for 90 days. */
  High,
  /** A full backup an hour and every commit within a second, kept for a year. */
  Critical
}
