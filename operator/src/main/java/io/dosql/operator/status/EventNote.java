package io.dosql.operator.status;

/** Something that a person wants to know about a resource, once. */
public record EventNote(Severity severity, String reason, String message) {

  /** Words of the Kubernetes API, in capitals. */
  public enum Severity {
    NORMAL("Normal"),
    WARNING("Warning");

    private final String text;

    Severity(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  public static EventNote normal(String reason, String message) {
    return new EventNote(Severity.NORMAL, reason, message);
  }

  public static EventNote warning(String reason, String message) {
    return new EventNote(Severity.WARNING, reason, message);
  }
}
