package io.dosql.operator.status;

/** The phases of a resource that is about work to be done once. */
public final class Phase {

  public static final String PENDING = "Pending";
  public static final String RUNNING = "Running";
  public static final String COMPLETED = "Completed";
  public static final String FAILED = "Failed";

  /** Of a backup whose resource was deleted, and whose objects in the store are to go. */
  public static final String DELETING = "Deleting";

  private Phase() {}
}
