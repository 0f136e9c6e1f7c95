package io.dosql.engine.main;

import io.dosql.engine.admin.AdminService;
import io.dosql.engine.admin.DebugSource;
import io.dosql.engine.admin.ReadinessChecks;
import io.dosql.engine.auth.AdminAuthenticator;
import io.dosql.engine.auth.AuthLimits;
import io.dosql.engine.auth.Authenticator;
import io.dosql.engine.auth.FailureGuard;
import io.dosql.engine.auth.JwtAuthenticator;
import io.dosql.engine.auth.RateLimiter;
import io.dosql.engine.auth.RateLimits;
import io.dosql.engine.hrana.HranaLimits;
import io.dosql.engine.hrana.HranaService;
import io.dosql.engine.http.Admission;
import io.dosql.engine.http.CorsPolicy;
import io.dosql.engine.http.Endpoints;
import io.dosql.engine.http.Gateway;
import io.dosql.engine.http.HttpLimits;
import io.dosql.engine.http.HttpMetrics;
import io.dosql.engine.http.Ports;
import io.dosql.engine.http.RequestGate;
import io.dosql.engine.http.StreamLimits;
import io.dosql.engine.http.TlsCertificates;
import io.dosql.engine.http.TlsSetting;
import io.dosql.engine.http.WebSocketLimits;
import io.dosql.engine.http.WebSockets;
import io.dosql.engine.memory.BufferBudget;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.Sessions;
import io.dosql.engine.tenant.TenantLimits;
import io.micronaut.context.annotation.Factory;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.hotspot.DefaultExports;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the engine's parts and puts them together. Each part gets what it needs through its
 * constructor; {@link Shutdown} closes them in the opposite order of their making.
 */
@Factory
public final class EngineFactory {

  private static final Logger LOG = LoggerFactory.getLogger(EngineFactory.class);
  private static final String DATA = "data";
  private static final String ADMIN = "admin";
  private static final LongSupplier NANO_TIME = System::nanoTime;

  @Singleton
  TenantLimits tenantLimits(EngineConfiguration configuration, MemoryBudget budget) {
    EngineConfiguration.Tenants tenants = configuration.tenants();
    EngineConfiguration.Limits limits = configuration.limits();
    return budget.tenants(
        TenantLimits.DEFAULT
            .withSleep(tenants.sleepAfter(), tenants.maxAwake())
            .withClients(
                limits.maxConcurrentRequests(),
                limits.maxWaitingWriters(),
                limits.statementTimeout(),
                limits.maxResultRows(),
                limits.maxResultBytes(),
                limits.maxDatabaseBytes()));
  }

  @Singleton
  HttpLimits httpLimits(TenantLimits tenants, MemoryBudget budget) {
    return budget.http(
        HttpLimits.DEFAULT.withTenantLimits(
            tenants.maxConcurrentRequests(), tenants.maxResultBytes(), tenants.maxResultRows()));
  }

  @Singleton
  StreamLimits streamLimits(MemoryBudget budget) {
    return budget.streams();
  }

  @Singleton
  HranaLimits hranaLimits(TenantLimits tenants) {
    return HranaLimits.DEFAULT.withResultLimits(tenants.maxResultBytes(), tenants.maxResultRows());
  }

  @Singleton
  WebSocketLimits webSocketLimits() {
    return WebSocketLimits.DEFAULT;
  }

  @Singleton
  SessionOptions sessionOptions(EngineConfiguration configuration, TenantLimits tenants) {
    return SessionOptions.DEFAULT
        .withStatementTimeout(tenants.statementTimeout())
        .withDurability(configuration.isRelaxed() ? Durability.RELAXED : Durability.STRICT);
  }

  @Singleton
  Ports ports(EngineConfiguration configuration) {
    return new Ports(configuration.httpPort(), configuration.adminPort());
  }

  @Singleton
  RequestGate requestGate(HttpLimits limits) {
    return new RequestGate(limits.maxConcurrentRequests());
  }

  @Singleton
  Shutdown shutdown(RequestGate gate) {
    return new Shutdown(gate);
  }

  /** What {@code /metrics} shows; parts register their collectors with it. */
  @Singleton
  CollectorRegistry metrics() {
    CollectorRegistry registry = new CollectorRegistry(true);
    DefaultExports.register(registry);
    return registry;
  }

  @Singleton
  HttpMetrics httpMetrics(CollectorRegistry registry, RequestGate gate) {
    return new HttpMetrics(registry, gate);
  }

  @Singleton
  AuthLimits authLimits() {
    return AuthLimits.DEFAULT;
  }

  @Singleton
  @Named(DATA)
  Authenticator dataAuthenticator(
      EngineConfiguration configuration, AuthLimits limits, CollectorRegistry registry)
      throws IOException {
    return switch (configuration.auth()) {
      case EngineConfiguration.Auth.Jwt jwt ->
          JwtAuthenticator.open(
              jwt.jwksFiles(),
              jwt.policyFile(),
              configuration.database(),
              limits,
              Clock.systemUTC(),
              NANO_TIME,
              registry);
      case EngineConfiguration.Auth.None none -> {
        LOG.warn(
            "DOSQL_AUTH is none: every program on this machine can read and write all tenants");
        yield Authenticator.anyone();
      }
    };
  }

  @Singleton
  @Named(ADMIN)
  Authenticator adminAuthenticator(EngineConfiguration configuration) throws IOException {
    return new AdminAuthenticator(configuration.adminTokenFile(), NANO_TIME);
  }

  /** What the results of all requests may take, in whatever protocol. */
  @Singleton
  BufferBudget results(StreamLimits streams) {
    return new BufferBudget(
        streams.maxResultBufferBytes(), "The results of all requests", "maxResultBufferBytes");
  }

  @Singleton
  HranaService hrana(
      Sessions sessions,
      SessionOptions options,
      HranaLimits limits,
      BufferBudget results,
      Shutdown shutdown) {
    HranaService hrana = new HranaService(sessions, options, limits, results, NANO_TIME);
    shutdown.closeAtEnd("hrana", hrana);
    return hrana;
  }

  @Singleton
  Endpoints endpoints(
      Sessions sessions,
      SessionOptions options,
      HranaService hrana,
      AdminService admin,
      ReadinessChecks checks,
      RequestGate gate,
      CollectorRegistry registry,
      HttpLimits limits,
      StreamLimits streams,
      BufferBudget results,
      @Nullable DebugSource debug) {
    return new Endpoints(
        sessions,
        options,
        hrana,
        admin,
        checks,
        gate,
        registry,
        limits,
        streams,
        results,
        Version.current(),
        debug);
  }

  @Singleton
  WebSockets webSockets(
      HranaService hrana,
      Gateway gateway,
      SessionOptions options,
      HttpLimits limits,
      StreamLimits streams,
      Shutdown shutdown) {
    WebSockets sockets = new WebSockets(hrana, gateway, options.durability(), limits, streams);
    shutdown.closeAtEnd("websockets", sockets);
    return sockets;
  }

  @Singleton
  TlsSetting tls(EngineConfiguration configuration) throws IOException {
    EngineConfiguration.Front front = configuration.front();
    Path directory = front.tlsDirectory();
    return new TlsSetting(
        directory == null ? null : new TlsCertificates(directory, front.allowsTls12(), NANO_TIME),
        TlsSetting.HANDSHAKE_TIMEOUT);
  }

  @Singleton
  RateLimits rateLimits(EngineConfiguration configuration) {
    return configuration.front().rates();
  }

  @Singleton
  Admission admission(
      EngineConfiguration configuration,
      @Named(DATA) Authenticator data,
      @Named(ADMIN) Authenticator admins,
      AuthLimits limits,
      RateLimits rates,
      CollectorRegistry registry) {
    return new Admission(
        data,
        admins,
        new FailureGuard(limits, NANO_TIME, registry),
        new RateLimiter(rates, NANO_TIME),
        new CorsPolicy(configuration.front().corsOrigins()));
  }

  @Singleton
  Gateway gateway(Endpoints endpoints, Admission admission, HttpMetrics metrics) {
    return endpoints.gateway(admission, metrics, NANO_TIME);
  }
}
