package io.dosql.engine.main;

import io.dosql.engine.tenant.TenantLimits;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * The real engine with limits under which tenants fall asleep, are evicted and are checkpointed all
 * the time, so that a crash meets all of that.
 */
final class RestlessPod {

  private static final TenantLimits LIMITS =
      new TenantLimits(
          1_000,
          6,
          Duration.ofMillis(150),
          1_000,
          16,
          1 << 20,
          64 << 10,
          64 << 20,
          1 << 20,
          16 << 20,
          0);

  private RestlessPod() {}

  public static void main(String[] arguments) throws Exception {
    Engine engine = Engine.start(ConfigurationReader.read(System.getenv()), LIMITS);
    Runtime.getRuntime().addShutdownHook(new Thread(engine::close));
    new CountDownLatch(1).await();
  }
}
