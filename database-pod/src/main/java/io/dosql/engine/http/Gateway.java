package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Answers requests, each on a thread of its own: finds the route, lets the request in, checks its
 * token, reads its body, has the work done. Whatever fails becomes an error body of one shape.
 * Thread safe; knows nothing of the server's framework.
 */
public final class Gateway {

  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final double NANOS_PER_MILLI = 1e6;
  private static final byte[] NO_BODY = new byte[0];

  private final Router router;
  private final RequestGate gate;
  private final Authenticator dataAuthenticator;
  private final Authenticator adminAuthenticator;
  private final HttpLimits limits;
  private final HttpMetrics metrics;
  private final LongSupplier nanoTime;
  private final BufferBudget bodies;
  private final TenantGate tenants;

  Gateway(
      List<Route> routes,
      RequestGate gate,
      Authenticator dataAuthenticator,
      Authenticator adminAuthenticator,
      HttpLimits limits,
      HttpMetrics metrics,
      LongSupplier nanoTime) {
    this.router = new Router(routes);
    this.gate = gate;
    this.dataAuthenticator = dataAuthenticator;
    this.adminAuthenticator = adminAuthenticator;
    this.limits = limits;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.bodies = BufferBudget.ofBodies(limits);
    this.tenants = new TenantGate(limits.maxConcurrentRequestsPerTenant());
  }

  /** Has {@code action}, which must not block, run when no more requests are let in. */
  void whenShut(Runnable action) {
    gate.whenShut(action);
  }

  /**
   * Lets the requests of a WebSocket in.
   *
   * @param tenant as the client wrote it
   * @param authorization what came with the upgrade, or null
   */
  SocketAccess socketAccess(String tenant, @Nullable String authorization) {
    return new SocketAccess(tenant, authorization, dataAuthenticator, gate, tenants, metrics);
  }

  /** Blocks until the answer is there; throws nothing but errors of the JVM. */
  Reply answer(Call call) {
    long start = nanoTime.getAsLong();
    String requestId = RequestId.of(call.header(RequestId.HEADER));
    MDC.put("requestId", requestId);
    try {
      Attempt attempt = new Attempt(call, requestId);
      Reply answer = attempt.answer();
      Reply reply = answer.isStreamed() ? answer : answer.with(RequestId.HEADER, requestId);
      long nanos = nanoTime.getAsLong() - start;
      metrics.count(attempt.routeName, attempt.code, nanos);
      log(call, attempt, reply, nanos);
      return gate.isOpen() || answer.isStreamed() ? reply : reply.with("Connection", "close");
    } finally {
      MDC.clear();
    }
  }

  private static void log(Call call, Attempt attempt, Reply reply, long nanos) {
    boolean serverError =
        reply.status() >= 500
            && attempt.access != Route.Access.OPEN
            && attempt.unexpected == null
            && !call.client().isGone();
    var line =
        attempt.unexpected != null
            ? LOG.atError().setCause(attempt.unexpected)
            : serverError ? LOG.atWarn().setCause(attempt.failure) : LOG.atDebug();
    line.addKeyValue("route", attempt.routeName)
        .addKeyValue("status", reply.status())
        .addKeyValue("code", attempt.code)
        .addKeyValue("durationMs", nanos / NANOS_PER_MILLI)
        .log("{} {}", call.method(), attempt.routeName);
  }

  /** One request on its way through; remembers what log and metrics want to know. */
  private final class Attempt {
    private final Call call;
    private final String requestId;
    private String routeName = "none";
    private String code = "OK";
    private Route.@Nullable Access access;
    private boolean hrana;
    private @Nullable DosqlException failure;
    private @Nullable Throwable unexpected;

    private Attempt(Call call, String requestId) {
      this.call = call.withAnswerHeader(RequestId.HEADER, requestId);
      this.requestId = requestId;
    }

    private Reply answer() {
      try {
        Reply reply = dispatch();
        code = reply.status() < 400 ? "OK" : "NOT_OK";
        return reply;
      } catch (DosqlException known) {
        return error(known);
      } catch (RuntimeException | StackOverflowError bug) {
        unexpected = bug;
        return error(new DosqlException(ErrorCode.INTERNAL, "The request failed inside the pod."));
      }
    }

    private Reply dispatch() {
      return switch (router.match(call.surface(), call.method(), call.path())) {
        case Router.Match.Found found -> {
          routeName = found.route().name();
          access = found.route().access();
          hrana =
              switch (found.route().media()) {
                case HRANA, HRANA_PROTOBUF -> true;
                case JSON, NO_BODY -> false;
              };
          yield enter(found.route(), found.variable());
        }
        case Router.Match.WrongMethod wrong -> {
          DosqlException notAllowed =
              new DosqlException(
                  ErrorCode.METHOD_NOT_ALLOWED, "This path takes " + wrong.allowed() + " only.");
          yield error(notAllowed).with("Allow", wrong.allowed());
        }
        case Router.Match.NotFound missing -> throw notFound();
      };
    }

    private Reply enter(Route route, String variable) {
      if (route.access() == Route.Access.OPEN) {
        return route.handler().handle(exchange(route, variable, Principal.ANYONE, NO_BODY));
      }
      gate.enter();
      try {
        if (route.access() == Route.Access.DATA_TOKEN) {
          MDC.put("tenant", tenant(route, variable));
        }
        Principal principal = authenticate(route.access());
        requireMedia(route.media());
        return route.access() == Route.Access.DATA_TOKEN
            ? inTenantsShare(route, variable, principal)
            : handle(route, variable, principal);
      } finally {
        gate.leave();
      }
    }

    private Reply inTenantsShare(Route route, String variable, Principal principal) {
      String tenant = tenant(route, variable);
      tenants.enter(tenant);
      try {
        return handle(route, variable, principal);
      } finally {
        tenants.leave(tenant);
      }
    }

    private Reply handle(Route route, String variable, Principal principal) {
      return route.media() == Route.Media.NO_BODY
          ? route.handler().handle(exchange(route, variable, principal, NO_BODY))
          : withBody(route, variable, principal);
    }

    private Reply withBody(Route route, String variable, Principal principal) {
      long stated = call.body().statedLength();
      if (stated > limits.maxBodyBytes()) {
        throw BodyErrors.tooLarge(limits);
      }
      // Without a stated length the worst is assumed.
      try (var reserved = bodies.reserve(stated < 0 ? limits.maxBodyBytes() : stated)) {
        byte[] body = call.body().read();
        return route.handler().handle(exchange(route, variable, principal, body));
      }
    }

    private Exchange exchange(Route route, String variable, Principal principal, byte[] body) {
      return new Exchange(call, tenant(route, variable), principal, body);
    }

    private Principal authenticate(Route.Access needed) {
      Authenticator authenticator =
          needed == Route.Access.ADMIN_TOKEN ? adminAuthenticator : dataAuthenticator;
      return authenticator.authenticate(call.header("Authorization"));
    }

    private void requireMedia(Route.Media media) {
      String type = call.header("Content-Type");
      boolean good =
          switch (media) {
            case NO_BODY -> true;
            case JSON -> type == null || isJson(type);
            case HRANA -> type == null || isJson(type) || lower(type).startsWith("text/");
            case HRANA_PROTOBUF -> type == null || isProtobuf(lower(type));
          };
      String encoding = call.header("Content-Encoding");
      if (media != Route.Media.NO_BODY && encoding != null && !lower(encoding).equals("identity")) {
        throw new DosqlException(
            ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Compressed bodies are not understood.");
      }
      if (!good) {
        throw new DosqlException(
            ErrorCode.UNSUPPORTED_MEDIA_TYPE,
            media == Route.Media.HRANA_PROTOBUF
                ? "The body must be protobuf, with 'Content-Type: application/x-protobuf'."
                : "The body must be JSON, with 'Content-Type: application/json'.");
      }
    }

    private DosqlException notFound() {
      DosqlException notFound =
          new DosqlException(ErrorCode.NOT_FOUND, "There is nothing at this path.");
      return call.surface() == Surface.DATA && call.path().startsWith("/db/")
          ? notFound.withSuggestion(
              "Use /db/{tenant}/query or /db/{tenant}/batch; libSQL clients want the URL"
                  + " /db/{tenant}/ with the slash at its end.")
          : notFound;
    }

    private Reply error(DosqlException known) {
      failure = known;
      code = known.code().name();
      return hrana ? ErrorReply.forHrana(known, requestId) : ErrorReply.of(known, requestId);
    }
  }

  /** Routes at the root, without a tenant in their path, speak to the tenant that always exists. */
  private static String tenant(Route route, String variable) {
    return route.template().indexOf('{') < 0 && route.access() == Route.Access.DATA_TOKEN
        ? "main"
        : variable;
  }

  private static boolean isJson(String contentType) {
    String type = lower(contentType);
    int semicolon = type.indexOf(';');
    String charset = semicolon < 0 ? "" : type.substring(semicolon + 1).strip();
    return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().equals("application/json")
        && (charset.isEmpty() || charset.replace("\"", "").equals("charset=utf-8"));
  }

  private static boolean isProtobuf(String type) {
    return type.contains("protobuf") || type.startsWith("application/octet-stream");
  }

  private static String lower(String text) {
    return text.strip().toLowerCase(Locale.ROOT);
  }
}
