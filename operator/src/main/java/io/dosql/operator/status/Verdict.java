package io.dosql.operator.status;

/** Where a resource stands on the way to what it asks for, with a reason and advice. */
public sealed interface Verdict {

  /** One word, for programs. */
  String reason();

  /** For people: why, and what to do. */
  String message();

  /** It is as it shall be. */
  record Ready(String reason, String message) implements Verdict {}

  /** It is not yet, but gets there by itself, or once what it waits for appears. */
  record InProgress(String reason, String message) implements Verdict {}

  /** It does not get there without a change by a person. */
  record Failed(String reason, String message) implements Verdict {}
}
