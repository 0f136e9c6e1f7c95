package io.dosql.engine.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Hides the log lines of failures that a test class provokes by the hundred. */
final class QuietLog implements BeforeAllCallback, AfterAllCallback {

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(CommitLog.class.getPackageName());
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    logger().setLevel(Level.OFF);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    logger().setLevel(null);
  }
}
