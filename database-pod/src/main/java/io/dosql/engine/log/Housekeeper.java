package io.dosql.engine.log;

import java.util.function.Consumer;

/** Keeps the work of whole segments away from the flusher: deletes old ones, prepares the next. */
final class Housekeeper {

  private final Segments segments;
  private final SegmentMaker maker;
  private final Consumer<Throwable> onFailure;

  Housekeeper(Segments segments, SegmentMaker maker, Consumer<Throwable> onFailure) {
    this.segments = segments;
    this.maker = maker;
    this.onFailure = onFailure;
  }

  /** Does what is due. */
  void step() {
    try {
      segments.releaseUnheld();
      if (segments.isHalfFull()) {
        maker.prepare();
      }
    } catch (Throwable e) {
      // Whatever was thrown, an error of the JVM included, leaves unknown what is on disk.
      onFailure.accept(e);
    }
  }
}
