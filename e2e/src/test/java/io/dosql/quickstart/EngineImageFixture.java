package io.dosql.quickstart;

import io.dosql.quickstart.runner.LocalImage;

/** The engine that this build made, for tests of other packages. */
public final class EngineImageFixture {

  private EngineImageFixture() {}

  public static LocalImage build() {
    try {
      return new EngineImage(Installation.find(), true);
    } catch (QuickstartException e) {
      throw new IllegalStateException(e);
    }
  }
}
