package io.dosql.engine.http;

import io.dosql.engine.admin.AdminService;
import io.dosql.engine.admin.DebugSource;
import io.dosql.engine.admin.ReadinessChecks;
import io.dosql.engine.hrana.HranaService;
import io.dosql.engine.http.Route.Access;
import io.dosql.engine.http.Route.Media;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.Sessions;
import io.prometheus.client.CollectorRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** All that the pod serves. */
public final class Endpoints {

  private final QueryEndpoint query;
  private final CheckEndpoint checks;
  private final HranaEndpoint hrana;
  private final AdminController admin;
  private final HealthEndpoint health;
  private final MetricsEndpoint metrics;
  private final OpenApiEndpoint openApi;
  private final @Nullable DebugEndpoint debug;
  private final RequestGate gate;
  private final HttpLimits limits;

  /**
   * @param options what each session may do, but for {@code mayWrite}, which the token decides
   * @param registry what {@code /metrics} shows
   * @param debug what {@code /debug/state} shows; null for an engine that has no such state
   */
  public Endpoints(
      Sessions sessions,
      SessionOptions options,
      HranaService hrana,
      AdminService admin,
      ReadinessChecks checks,
      RequestGate gate,
      CollectorRegistry registry,
      HttpLimits limits,
      StreamLimits streams,
      @Nullable DebugSource debug) {
    this.query = new QueryEndpoint(sessions, options, limits, streams);
    this.checks = query.checks();
    this.hrana = new HranaEndpoint(hrana, options.durability());
    this.admin = new AdminController(admin);
    this.health = new HealthEndpoint(checks, gate);
    this.metrics = new MetricsEndpoint(registry);
    this.openApi = new OpenApiEndpoint(limits, this::routes);
    this.debug = debug == null ? null : new DebugEndpoint(debug, gate);
    this.gate = gate;
    this.limits = limits;
  }

  /** The gateway to them. */
  public Gateway gateway(
      Authenticator data, Authenticator admins, HttpMetrics requests, LongSupplier nanoTime) {
    return new Gateway(routes(), gate, data, admins, limits, requests, nanoTime);
  }

  private List<Route> routes() {
    List<Route> routes = new ArrayList<>(usualRoutes());
    if (debug != null) {
      routes.add(admin("GET", "/debug/state", Media.NO_BODY, debug::state));
    }
    return routes;
  }

  private List<Route> usualRoutes() {
    return List.of(
        open("hrana_version", "/v2", hrana::version),
        data("hrana", "POST", "/v2/pipeline", Media.HRANA, hrana::pipeline),
        open("hrana_version", "/db/{tenant}/v2", hrana::version),
        data("hrana", "POST", "/db/{tenant}/v2/pipeline", Media.HRANA, hrana::pipeline),
        data("query", "POST", "/db/{tenant}/query", Media.JSON, query::query),
        data("batch", "POST", "/db/{tenant}/batch", Media.JSON, query::batch),
        data("validate", "POST", "/db/{tenant}/validate", Media.JSON, checks::validate),
        data("explain", "POST", "/db/{tenant}/explain", Media.JSON, checks::explain),
        data("query", "POST", "/query", Media.JSON, query::query),
        data("batch", "POST", "/batch", Media.JSON, query::batch),
        data("validate", "POST", "/validate", Media.JSON, checks::validate),
        data("explain", "POST", "/explain", Media.JSON, checks::explain),
        open("health", "/health/live", health::live),
        open("health", "/health/ready", health::ready),
        open("metrics", "/metrics", metrics::metrics),
        open("openapi", "/openapi.json", openApi::document),
        admin("GET", "/admin/status", Media.NO_BODY, admin::status),
        admin("GET", "/admin/tenants", Media.NO_BODY, admin::tenants),
        admin("POST", "/admin/tenants/{tenant}/prewarm", Media.NO_BODY, admin::prewarm),
        admin("PUT", "/admin/tenants/{tenant}/pin", Media.NO_BODY, admin::pin),
        admin("DELETE", "/admin/tenants/{tenant}/pin", Media.NO_BODY, admin::unpin),
        admin("POST", "/admin/tenants/{tenant}/retry", Media.NO_BODY, admin::retry),
        admin("POST", "/admin/tenants/{tenant}/clone", Media.JSON, admin::cloneTenant),
        admin("GET", "/admin/tenants/{tenant}", Media.NO_BODY, admin::tenant),
        admin("DELETE", "/admin/tenants/{tenant}", Media.NO_BODY, admin::delete),
        admin("GET", "/admin/backups", Media.NO_BODY, admin::backups),
        admin("PUT", "/admin/operations/{id}", Media.JSON, admin::start),
        admin("GET", "/admin/operations/{id}", Media.NO_BODY, admin::operation));
  }

  private static Route data(
      String name, String method, String template, Media media, Route.Handler handler) {
    return new Route(name, Surface.DATA, method, template, Access.DATA_TOKEN, media, handler);
  }

  private static Route open(String name, String template, Route.Handler handler) {
    return new Route(name, Surface.DATA, "GET", template, Access.OPEN, Media.NO_BODY, handler);
  }

  private static Route admin(String method, String template, Media media, Route.Handler handler) {
    return new Route("admin", Surface.ADMIN, method, template, Access.ADMIN_TOKEN, media, handler);
  }
}
