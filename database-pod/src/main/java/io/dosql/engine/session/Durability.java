package io.dosql.engine.session;

import java.util.Locale;

/** What an answer says of the commits that it shows. */
public enum Durability {
  /** They are on disk: neither a crash nor a loss of power takes them back. */
  STRICT,

  /**
   * They are in the log's memory, and on disk within {@code relaxedFlushInterval} of the log. A
   * crash may take back the newest of them, never one without all that came after it in the pod.
   */
  RELAXED;

  /** The word in requests and answers. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
