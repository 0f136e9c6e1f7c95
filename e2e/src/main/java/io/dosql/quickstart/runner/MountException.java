package io.dosql.quickstart.runner;

/** A volume that cannot be mounted yet, or never will be; the message is for people. */
final class MountException extends Exception {

  private static final long serialVersionUID = 1L;

  private final boolean unschedulable;

  private MountException(boolean unschedulable, String message) {
    super(message);
    this.unschedulable = unschedulable;
  }

  /** A scheduler would not place the pod. */
  static MountException unschedulable(String message) {
    return new MountException(true, message);
  }

  /** A kubelet would wait with the container. */
  static MountException waiting(String message) {
    return new MountException(false, message);
  }

  boolean isUnschedulable() {
    return unschedulable;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
