package io.dosql.engine.http;

import io.dosql.engine.admin.AdminService;
import io.dosql.engine.admin.DebugSource;
import io.dosql.engine.admin.ReadinessChecks;
import io.dosql.engine.hrana.HranaService;
import io.dosql.engine.http.Route.Access;
import io.dosql.engine.http.Route.Media;
import io.dosql.engine.memory.BufferBudget;
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
  private final VersionEndpoint version;
  private final OpenApiEndpoint openApi;
  private final DumpEndpoint dump;
  private final @Nullable DebugEndpoint debug;
  private final RequestGate gate;
  private final HttpLimits limits;

  /**
   * @param options what each session may do, but for {@code mayWrite}, which the token decides
   * @param results what all results may take, those of {@code hrana} included
   * @param version of this program
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
      BufferBudget results,
      String version,
      @Nullable DebugSource debug) {
    this.query = new QueryEndpoint(sessions, options, limits, streams, results);
    this.checks = query.checks();
    this.hrana = new HranaEndpoint(hrana, options.durability(), streams);
    this.admin = new AdminController(admin);
    this.health = new HealthEndpoint(checks, gate);
    this.dump = new DumpEndpoint(sessions, options, streams);
    this.version = new VersionEndpoint(version);
    this.metrics = new MetricsEndpoint(registry);
    this.openApi = new OpenApiEndpoint(limits, this::routes);
    this.debug = debug == null ? null : new DebugEndpoint(debug, gate);
    this.gate = gate;
    this.limits = limits;
  }

  /** The gateway to them. */
  public Gateway gateway(Admission admission, HttpMetrics requests, LongSupplier nanoTime) {
    return new Gateway(routes(), gate, admission, limits, requests, nanoTime);
  }

  private List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    routes.add(data("query", "POST", "/db/{tenant}/query", Media.JSON, query::query));
    // Before those that would match with more than a name in place of the tenant's.
    routes.addAll(libsqlRoutes("/db/{tenant}"));
    routes.addAll(libsqlRoutes(""));
    routes.addAll(usualRoutes());
    // The last ones: they match nearly anything.
    routes.add(statements("/"));
    routes.add(statements("/db/{segment}"));
    routes.add(statements("/db/{segment}/"));
    if (debug != null) {
      routes.add(admin("GET", "/debug/state", Media.NO_BODY, debug::state));
      routes.add(
          new Route(
              "debug",
              Surface.DATA,
              "GET",
              "/debug/state",
              Access.ADMIN_ROLE,
              Media.NO_BODY,
              false,
              debug::state));
    }
    return routes;
  }

  private List<Route> usualRoutes() {
    return List.of(
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
        admin("GET", "/admin/pre-restore-backups", Media.NO_BODY, admin::preRestoreBackups),
        admin("PUT", "/admin/operations/{id}", Media.JSON, admin::start),
        admin("GET", "/admin/operations/{id}", Media.NO_BODY, admin::operation));
  }

  /** What libSQL's clients look for under the URL that they are given. */
  private List<Route> libsqlRoutes(String base) {
    return List.of(
        open("hrana_version", base + "/v1", HranaEndpoint.version("hrana1")),
        open("hrana_version", base + "/v2", HranaEndpoint.version("hrana2")),
        open("hrana_version", base + "/v3", HranaEndpoint.version("hrana3")),
        open("hrana_version", base + "/v3-protobuf", HranaEndpoint.version("hrana3-protobuf")),
        data("hrana", "POST", base + "/v1/execute", Media.HRANA, hrana::execute),
        data("hrana", "POST", base + "/v1/batch", Media.HRANA, hrana::batch),
        data("hrana", "POST", base + "/v2/pipeline", Media.HRANA, hrana::pipeline),
        data("hrana", "POST", base + "/v3/pipeline", Media.HRANA, hrana::pipeline),
        data(
            "hrana",
            "POST",
            base + "/v3-protobuf/pipeline",
            Media.HRANA_PROTOBUF,
            hrana::protobufPipeline),
        cursor(base + "/v3/cursor", Media.HRANA, hrana::cursor),
        cursor(base + "/v3-protobuf/cursor", Media.HRANA_PROTOBUF, hrana::protobufCursor),
        data("dump", "GET", base + "/dump", Media.NO_BODY, dump::dump),
        open("libsql_health", base + "/health", version::health),
        open("version", base + "/version", version::version));
  }

  private Route statements(String template) {
    return data("statements", "POST", template, Media.HRANA, hrana::statements);
  }

  private static Route data(
      String name, String method, String template, Media media, Route.Handler handler) {
    return new Route(
        name, Surface.DATA, method, template, Access.DATA_TOKEN, media, false, handler);
  }

  private static Route cursor(String template, Media media, Route.Handler handler) {
    return new Route(
        "hrana_cursor", Surface.DATA, "POST", template, Access.DATA_TOKEN, media, true, handler);
  }

  private static Route open(String name, String template, Route.Handler handler) {
    return new Route(
        name, Surface.DATA, "GET", template, Access.OPEN, Media.NO_BODY, false, handler);
  }

  private static Route admin(String method, String template, Media media, Route.Handler handler) {
    return new Route(
        "admin", Surface.ADMIN, method, template, Access.ADMIN_TOKEN, media, false, handler);
  }
}
