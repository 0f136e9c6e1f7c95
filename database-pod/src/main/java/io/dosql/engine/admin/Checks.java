package io.dosql.engine.admin;

/** What the pod knows of its own health. */
public record Checks(CheckState engine, CheckState disk, CheckState log, CheckState objectStore) {

  /**
   * Whether the pod can serve. Neither an object store that is down nor a disk that is nearly full
   * keeps it from serving reads, so they do not count.
   */
  public boolean ready() {
    return engine == CheckState.OK && log == CheckState.OK;
  }
}
