package io.dosql.operator.pod;

/** Told of every request to an engine; for metrics. Called on the requesting thread. */
public interface EngineCallObserver {

  /**
   * @param request what was asked, such as {@code status}
   * @param outcome {@code ok}, {@code unavailable}, or the engine's error code
   */
  void called(String request, String outcome);
}
