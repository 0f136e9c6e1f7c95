package io.dosql.engine.http;

import io.dosql.engine.auth.Principal;
import io.dosql.engine.auth.RateDecision;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.memory.BufferBudget;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
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
  private final Admission admission;
  private final HttpLimits limits;
  private final HttpMetrics metrics;
  private final LongSupplier nanoTime;
  private final BufferBudget bodies;
  private final TenantGate tenants;

  Gateway(
      List<Route> routes,
      RequestGate gate,
      Admission admission,
      HttpLimits limits,
      HttpMetrics metrics,
      LongSupplier nanoTime) {
    this.router = new Router(routes);
    this.gate = gate;
    this.admission = admission;
    this.limits = limits;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.bodies =
        new BufferBudget(
            limits.maxBufferedBytes(), "The bodies of all requests in work", "maxBufferedBytes");
    this.tenants = new TenantGate(limits.maxConcurrentRequestsPerTenant());
  }

  /** Has {@code action}, which must not block, run when no more requests are let in. */
  void whenShut(Runnable action) {
    gate.whenShut(action);
  }

  /** Whether the answer to a request may come piece by piece; cheap, and true too often. */
  boolean mayStream(String path) {
    return router.mayStream(path);
  }

  /** Lets the requests of a WebSocket in. */
  SocketAccess socketAccess(SocketAccess.Upgrading upgrade) {
    return new SocketAccess(upgrade, admission, gate, tenants, metrics, bodies);
  }

  /**
   * Blocks until the answer is there, and hands it over; throws nothing but errors of the JVM, and
   * what {@code handOver} throws. The pod does not end before that.
   */
  void answer(Call call, Consumer<Reply> handOver) {
    String requestId = RequestId.of(call.header(RequestId.HEADER));
    MDC.put("requestId", requestId);
    Attempt attempt = new Attempt(call, requestId);
    try {
      handOver.accept(answer(call, attempt));
    } finally {
      attempt.handedOver();
      MDC.clear();
    }
  }

  private Reply answer(Call call, Attempt attempt) {
    long start = nanoTime.getAsLong();
    Reply answer = attempt.answer();
    Reply reply = answer.isStreamed() ? answer : attempt.withAnswerHeaders(answer);
    long nanos = nanoTime.getAsLong() - start;
    metrics.count(attempt.routeName, attempt.code, nanos);
    log(call, attempt, reply, nanos);
    return gate.isOpen() || answer.isStreamed() ? reply : reply.with("Connection", "close");
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
    private final String requestId;
    private final Map<String, String> answerHeaders = new TreeMap<>();

    /** Whose responder adds the headers to answers that are streamed. */
    private Call call;

    private String routeName = "none";
    private String code = "OK";
    private Route.@Nullable Access access;
    private boolean hrana;
    private boolean isToBeHandedOver;
    private @Nullable DosqlException failure;
    private @Nullable Throwable unexpected;

    private Attempt(Call call, String requestId) {
      this.call = call;
      this.requestId = requestId;
      addAnswerHeader(RequestId.HEADER, requestId);
      if (call.surface() == Surface.DATA) {
        admission.cors().answerHeaders(call.header("Origin")).forEach(this::addAnswerHeader);
      }
    }

    private void addAnswerHeader(String name, String value) {
      answerHeaders.put(name, value);
      call = call.withAnswerHeader(name, value);
    }

    private Reply withAnswerHeaders(Reply answer) {
      return answer.with(answerHeaders);
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
        case Router.Match.WrongMethod wrong when isPreflight() -> {
          routeName = "preflight";
          yield new Reply(200, "text/plain", ByteBuffer.allocate(0), Map.of())
              .with(admission.cors().preflightHeaders(wrong.allowed()));
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

    private boolean isPreflight() {
      return call.surface() == Surface.DATA
          && call.method().equals("OPTIONS")
          && call.header("Access-Control-Request-Method") != null
          && admission.cors().allows(call.header("Origin"));
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
        Principal principal = admit(route, variable);
        requireMedia(route.media());
        return route.access() == Route.Access.DATA_TOKEN
            ? inTenantsShare(route, variable, principal)
            : handle(route, variable, principal);
      } finally {
        gate.leaveToAnswer();
        isToBeHandedOver = true;
      }
    }

    private void handedOver() {
      if (isToBeHandedOver) {
        gate.handedOver();
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

    private Principal admit(Route route, String variable) {
      InetAddress client = ClientConnection.addressOf(call.client());
      String token = call.header("Authorization");
      return switch (route.access()) {
        case OPEN -> Principal.ANYONE;
        case ADMIN_TOKEN -> admission.failures().admit(admission.admins(), token, client);
        case ADMIN_ROLE -> {
          Principal admin = admission.admitAdmin(token, call.header("Origin"), client);
          takeRate(admin, null);
          yield admin;
        }
        case DATA_TOKEN -> {
          String tenant = tenant(route, variable);
          Principal here = admission.admit(token, call.header("Origin"), tenant, client);
          // Only now, or somebody could use up the rate of a tenant that is not theirs.
          takeRate(here, tenant);
          yield here;
        }
      };
    }

    private void takeRate(Principal principal, @Nullable String tenant) {
      switch (admission.rates().take(principal, tenant)) {
        case RateDecision.Unlimited none -> {}
        case RateDecision.Granted granted ->
            addRate(granted.limit(), granted.remaining(), granted.untilFull());
        case RateDecision.Refused refused -> {
          addRate(refused.limit(), 0, refused.untilFull());
          throw refused.error();
        }
      }
    }

    private void addRate(long limit, long remaining, Duration untilFull) {
      addAnswerHeader("X-RateLimit-Limit", Long.toString(limit));
      addAnswerHeader("X-RateLimit-Remaining", Long.toString(remaining));
      addAnswerHeader("X-RateLimit-Reset", Long.toString(ErrorReply.ceilSeconds(untilFull)));
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
