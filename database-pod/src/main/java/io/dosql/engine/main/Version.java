package io.dosql.engine.main;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The engine's version, as the build wrote it. */
final class Version {

  private Version() {}

  static String current() {
    try (InputStream file = Version.class.getResourceAsStream("build.properties")) {
      Properties build = new Properties();
      build.load(file);
      return build.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what the build wrote", e);
    }
  }
}
