package io.dosql.engine.main;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of an engine pod. Ends with 2 if it is configured wrongly, with 1 if it cannot start,
 * and on SIGTERM with 143 as Java does, after an orderly shutdown.
 */
public final class EngineMain {

  private static final Logger LOG = LoggerFactory.getLogger(EngineMain.class);
  private static final int WRONGLY_CONFIGURED = 2;

  private EngineMain() {}

  /** Without arguments it serves; {@code verify BACKUP} is {@link VerifyCommand}. */
  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length > 0) {
      System.exit(command(arguments));
    }
    Engine engine = start();
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("shutdown")
                .unstarted(
                    () -> {
                      engine.close();
                      ended.countDown();
                    }));
    ended.await();
  }

  private static int command(String[] arguments) {
    if (arguments.length != 2 || !arguments[0].equals(VerifyCommand.NAME)) {
      LOG.error("Not a command: {}. It must be: verify BACKUP", String.join(" ", arguments));
      return WRONGLY_CONFIGURED;
    }
    try {
      return VerifyCommand.run(arguments[1], System.getenv());
    } catch (InvalidConfigurationException invalid) {
      invalid.problems().forEach(LOG::error);
      return WRONGLY_CONFIGURED;
    } catch (IOException | RuntimeException failure) {
      LOG.error("Cannot verify {}", arguments[1], failure);
      return 1;
    }
  }

  private static Engine start() {
    try {
      EngineConfiguration configuration = ConfigurationReader.read(System.getenv());
      return Engine.start(
          configuration,
          MemoryBudget.of(new ContainerMemory().limitBytes(), Runtime.getRuntime().maxMemory()));
    } catch (InvalidConfigurationException invalid) {
      invalid.problems().forEach(LOG::error);
      System.exit(WRONGLY_CONFIGURED);
    } catch (RuntimeException failure) {
      LOG.error("Cannot start", failure);
      System.exit(1);
    }
    throw new IllegalStateException("Unreachable: the process has ended");
  }
}
