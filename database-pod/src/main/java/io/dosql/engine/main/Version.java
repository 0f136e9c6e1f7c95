package io.dosql.engine.main;

import org.jspecify.annotations.Nullable;

/** The engine's version, from the jar's manifest. */
final class Version {

  private Version() {}

  static String current() {
    @Nullable String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }
}
