package io.dosql.engine.http;

import io.dosql.engine.admin.AdminService;
import io.dosql.engine.admin.Operation;
import io.dosql.engine.admin.OperationRequest;
import io.dosql.engine.admin.TenantStatus;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.json.JsonWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The operator's API, as docs/admin-api.md says it. */
final class AdminController {

  private static final Pattern OPERATION_ID = Pattern.compile("[A-Za-z0-9-]{1,63}");
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1_000;

  private final AdminService admin;
  private final OperationReader reader = new OperationReader();

  AdminController(AdminService admin) {
    this.admin = admin;
  }

  /** {@code GET /admin/status}. */
  Reply status(Exchange exchange) {
    query(exchange, Set.of());
    return Reply.json(200, AdminWriter.status(admin.status()));
  }

  /** {@code GET /admin/tenants?after=NAME&limit=N}. */
  Reply tenants(Exchange exchange) {
    Map<String, String> query = query(exchange, Set.of("after", "limit"));
    return Reply.json(200, AdminWriter.tenants(admin.tenants(after(query), limit(query))));
  }

  /** {@code GET /admin/tenants/{tenant}}. */
  Reply tenant(Exchange exchange) {
    return about(exchange, admin::tenant);
  }

  /** {@code POST /admin/tenants/{tenant}/prewarm}. */
  Reply prewarm(Exchange exchange) {
    return about(exchange, admin::prewarm);
  }

  /** {@code PUT /admin/tenants/{tenant}/pin}. */
  Reply pin(Exchange exchange) {
    return about(exchange, admin::pin);
  }

  /** {@code DELETE /admin/tenants/{tenant}/pin}. */
  Reply unpin(Exchange exchange) {
    return about(exchange, admin::unpin);
  }

  /** {@code POST /admin/tenants/{tenant}/retry}. */
  Reply retry(Exchange exchange) {
    return about(exchange, admin::retry);
  }

  private static Reply about(Exchange exchange, Function<String, TenantStatus> work) {
    query(exchange, Set.of());
    return Reply.json(200, AdminWriter.tenant(work.apply(exchange.variable())));
  }

  /** {@code DELETE /admin/tenants/{tenant}}. */
  Reply delete(Exchange exchange) {
    query(exchange, Set.of());
    String name = exchange.variable();
    return Reply.json(200, AdminWriter.deleted(name, admin.delete(name)));
  }

  /** {@code POST /admin/tenants/{tenant}/clone}: an operation, whose id may be left to the pod. */
  Reply cloneTenant(Exchange exchange) {
    query(exchange, Set.of());
    OperationReader.CloneBody body = reader.readClone(exchange.body());
    String id = body.id().orElseGet(() -> "clone-" + UUID.randomUUID());
    requireOperationId(id);
    return start(id, new OperationRequest.Clone(exchange.variable(), body.target()));
  }

  /** {@code GET /admin/backups?after=NAME&limit=N}. */
  Reply backups(Exchange exchange) {
    Map<String, String> query = query(exchange, Set.of("after", "limit"));
    return Reply.json(200, AdminWriter.backups(admin.backups(after(query), limit(query))));
  }

  /** {@code GET /admin/pre-restore-backups?after=ID&limit=N}. */
  Reply preRestoreBackups(Exchange exchange) {
    Map<String, String> query = query(exchange, Set.of("after", "limit"));
    return Reply.json(
        200, AdminWriter.backups(admin.preRestoreBackups(after(query), limit(query))));
  }

  /** {@code PUT /admin/operations/{id}}. */
  Reply start(Exchange exchange) {
    query(exchange, Set.of());
    String id = operationId(exchange);
    return start(id, reader.read(exchange.body()));
  }

  private Reply start(String id, OperationRequest request) {
    return switch (admin.start(id, request)) {
      case AdminService.Start.Known known -> {
        boolean running = known.operation().state() == Operation.State.RUNNING;
        yield Reply.json(running ? 202 : 200, AdminWriter.operation(known.operation()));
      }
      case AdminService.Start.Conflict conflict ->
          throw new DosqlException(
              ErrorCode.OPERATION_CONFLICT,
              "The operation '" + id + "' was started with another request.");
    };
  }

  /** {@code GET /admin/operations/{id}}. */
  Reply operation(Exchange exchange) {
    query(exchange, Set.of());
    String id = operationId(exchange);
    JsonWriter json =
        admin
            .operation(id)
            .map(AdminWriter::operation)
            .orElseThrow(
                () ->
                    new DosqlException(
                            ErrorCode.NOT_FOUND,
                            "The pod does not know the operation '" + id + "'.")
                        .withSuggestion("If the pod restarted since, PUT the operation again."));
    return Reply.json(200, json);
  }

  private static String operationId(Exchange exchange) {
    return requireOperationId(exchange.variable());
  }

  private static String requireOperationId(String id) {
    if (!OPERATION_ID.matcher(id).matches()) {
      throw new DosqlException(
          ErrorCode.INVALID_REQUEST, "An operation's id is 1 to 63 letters, digits and '-'.");
    }
    return id;
  }

  private static Optional<String> after(Map<String, String> query) {
    return Optional.ofNullable(query.get("after")).filter(after -> !after.isEmpty());
  }

  private static int limit(Map<String, String> query) {
    String text = query.get("limit");
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MAX_LIMIT) {
        return limit;
      }
    } catch (NumberFormatException notANumber) {
      // Told below, together with numbers out of range.
    }
    throw new DosqlException(
        ErrorCode.INVALID_REQUEST, "'limit' must be a number from 1 to " + MAX_LIMIT + ".");
  }

  private static Map<String, String> query(Exchange exchange, Set<String> known) {
    Map<String, String> values = new HashMap<>();
    String query = exchange.call().query();
    if (query.isEmpty()) {
      return values;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = Router.decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : Router.decode(pair.substring(equals + 1));
      if (!known.contains(name) || values.put(name, value) != null) {
        throw new DosqlException(
            ErrorCode.INVALID_REQUEST,
            "The query may have " + (known.isEmpty() ? "no parameters" : known) + ", each once.");
      }
    }
    return values;
  }
}
