package io.dosql.engine.main;

import io.dosql.engine.http.Gateway;
import io.dosql.engine.http.HttpLimits;
import io.dosql.engine.session.Sessions;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running engine. Several may run in one process, on ports of their own. */
public final class Engine implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  /** Whether {@link StorageFactory} makes the parts that hold the data. */
  static final String STORAGE_PROPERTY = "dosql.storage";

  private final ApplicationContext context;
  private final Shutdown shutdown;

  private Engine(ApplicationContext context) {
    this.context = context;
    this.shutdown = context.getBean(Shutdown.class);
  }

  /**
   * Starts an engine that shares a process with others; on return it accepts requests.
   *
   * @param parts beans that stand in for those of {@link EngineFactory}
   */
  public static Engine start(EngineConfiguration configuration, Object... parts) {
    return start(configuration, MemoryBudget.withoutLimit(Runtime.getRuntime().maxMemory()), parts);
  }

  /**
   * Starts an engine.
   *
   * @param budget what memory it has
   */
  static Engine start(EngineConfiguration configuration, MemoryBudget budget, Object... parts) {
    ApplicationContext context =
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .deduceCloudEnvironment(false)
            .bootstrapEnvironment(false)
            .environmentPropertySource(false)
            .banner(false)
            .enableDefaultPropertySources(false)
            .properties(serverProperties(configuration, budget.http(HttpLimits.DEFAULT)))
            .properties(
                Map.of(STORAGE_PROPERTY, Stream.of(parts).noneMatch(Sessions.class::isInstance)))
            .singletons(configuration, budget)
            .singletons(parts)
            .build();
    boolean started = false;
    try {
      context.start();
      EmbeddedServer server = context.getBean(EmbeddedServer.class);
      Engine engine = new Engine(context);
      // Everything opens before the first request, so that what is wrong shows at the start.
      Gateway _ = context.getBean(Gateway.class);
      server.start();
      started = true;
      LOG.info(
          "Serving {} on {}:{}, the admin API on port {}",
          configuration.database(),
          configuration.bindHost(),
          configuration.httpPort(),
          configuration.adminPort());
      return engine;
    } finally {
      if (!started) {
        context.close();
      }
    }
  }

  /** A part of the engine by its type. */
  public <T> T part(Class<T> type) {
    return context.getBean(type);
  }

  /** Finishes what runs, closes all parts, stops listening; bounded in time, idempotent. */
  @Override
  public void close() {
    shutdown.run();
    context.close();
  }

  private static Map<String, Object> serverProperties(
      EngineConfiguration configuration, HttpLimits limits) {
    Map<String, Object> properties = new LinkedHashMap<>();
    String netty = "micronaut.server.netty.";
    listener(properties, "data", configuration.bindHost(), configuration.httpPort());
    listener(properties, "admin", configuration.bindHost(), configuration.adminPort());
    properties.put("micronaut.application.name", "dosql-engine");
    properties.put("micronaut.server.max-request-size", limits.maxBodyBytes());
    properties.put("micronaut.server.max-request-buffer-size", limits.maxBodyBytes());
    // The request sequencer knows better when a connection is idle.
    properties.put("micronaut.server.idle-timeout", "-1s");
    // Forms are refused by our own rules; switched off, the framework would refuse them by its own.
    properties.put("micronaut.server.multipart.enabled", true);
    // Which pages may ask is decided by the gateway, for requests past the framework, too.
    properties.put("micronaut.server.cors.localhost-pass-through", true);
    properties.put("micronaut.server.date-header", false);
    properties.put(netty + "max-header-size", limits.maxHeaderBytes());
    properties.put(netty + "max-initial-line-length", limits.maxRequestLineBytes());
    properties.put(netty + "request-decompression-enabled", false);
    properties.put(netty + "keep-alive-on-server-error", true);
    properties.put(netty + "compression-threshold", Integer.MAX_VALUE);
    properties.put("micronaut.netty.event-loops.default.num-threads", eventLoopThreads());
    properties.put("micronaut.netty.event-loops.default.shutdown-quiet-period", "0ms");
    properties.put("micronaut.netty.event-loops.parent.num-threads", 1);
    return properties;
  }

  private static void listener(Map<String, Object> properties, String name, String host, int port) {
    String prefix = "micronaut.server.netty.listeners." + name + ".";
    properties.put(prefix + "host", host);
    properties.put(prefix + "port", port);
    properties.put(prefix + "expose-default-routes", true);
  }

  private static int eventLoopThreads() {
    return Runtime.getRuntime().availableProcessors();
  }
}
