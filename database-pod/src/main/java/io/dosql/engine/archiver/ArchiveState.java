package io.dosql.engine.archiver;

/** How archiving is. */
public enum ArchiveState {
  /** There is no store, or it is switched off. */
  OFF("off"),
  /** The store has not said yet where the archive ends. */
  STARTING("starting"),
  OK("ok"),
  /** It works, and is behind. */
  LAGGING("lagging"),
  /** The latest try failed; it is tried again for ever. */
  FAILING("failing"),
  /** There is something to do, and no progress for too long. */
  STALLED("stalled"),
  /** It is so far behind that writes are refused. */
  WRITES_STOPPED("writesStopped"),
  /** Another engine archives this line; this one has stopped, and refuses writes. */
  FENCED("fenced");

  private final String word;

  ArchiveState(String word) {
    this.word = word;
  }

  /** How the admin API and metrics write it. */
  public String word() {
    return word;
  }
}
