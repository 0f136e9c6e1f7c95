package io.dosql.operator.pod;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Speaks the admin API to one pod. Never throws for what the pod or the network does: that is a
 * {@link Reply}. Blocks the calling thread up to the request timeout, twice that when the token was
 * stale.
 */
public final class EngineClient {

  private static final int PAGE_SIZE = 1000;

  /** Bounds a listing that never ends: a million entries. */
  private static final int PAGES_MAX = 1000;

  /** A page of a thousand tenants has about 150 kB; a migration's answer for all tenants more. */
  private static final long RESPONSE_BYTES_MAX = 64L << 20;

  private final HttpClient http;
  private final ObjectMapper json;
  private final URI base;
  private final DatabaseKey database;
  private final AdminTokens tokens;
  private final Duration requestTimeout;
  private final EngineCallObserver observer;

  EngineClient(
      HttpClient http,
      ObjectMapper json,
      URI base,
      DatabaseKey database,
      AdminTokens tokens,
      Duration requestTimeout,
      EngineCallObserver observer) {
    this.http = http;
    this.json = json;
    this.base = base;
    this.database = database;
    this.tokens = tokens;
    this.requestTimeout = requestTimeout;
    this.observer = observer;
  }

  public Reply<PodStatus> status() {
    return call("status", "/admin/status", null, PodStatus.class);
  }

  /** All tenants, by name. */
  public Reply<List<TenantInfo>> tenants() {
    return pages("tenants", "/admin/tenants", TenantPage.class);
  }

  /** All complete backups in the store, newest first. */
  public Reply<List<StoredBackup>> backups() {
    return pages("backups", "/admin/backups", BackupPage.class);
  }

  /** {@link Reply.Refused} with status 404 when the pod does not know the operation. */
  public Reply<Operation> operation(String id) {
    return call("operation", "/admin/operations/" + id, null, Operation.class);
  }

  /** Starts the operation, or answers what is known of it. */
  public Reply<Operation> start(String id, OperationRequest request) {
    return call("start-" + request.kind(), "/admin/operations/" + id, request, Operation.class);
  }

  private sealed interface Page<T> {
    List<T> entries();

    @Nullable String next();
  }

  private record TenantPage(List<TenantInfo> tenants, @Nullable String next)
      implements Page<TenantInfo> {
    @Override
    public List<TenantInfo> entries() {
      return tenants;
    }
  }

  private record BackupPage(List<StoredBackup> backups, @Nullable String next)
      implements Page<StoredBackup> {
    @Override
    public List<StoredBackup> entries() {
      return backups;
    }
  }

  private <T> Reply<List<T>> pages(String name, String path, Class<? extends Page<T>> pageType) {
    List<T> all = new ArrayList<>();
    String after = "";
    for (int page = 0; page < PAGES_MAX; page++) {
      Reply<? extends Page<T>> reply =
          call(name, path + "?limit=" + PAGE_SIZE + after, null, pageType);
      Optional<? extends Page<T>> answer = reply.answer();
      if (answer.isEmpty()) {
        return failed(reply);
      }
      all.addAll(answer.get().entries());
      String next = answer.get().next();
      if (next == null) {
        return new Reply.Ok<>(List.copyOf(all));
      }
      after = "&after=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    }
    return new Reply.Unavailable<>(
        "the engine's listing of %s has more than %d entries"
            .formatted(name, PAGES_MAX * PAGE_SIZE));
  }

  private static <T, U> Reply<U> failed(Reply<T> reply) {
    return reply.map(
        value -> {
          throw new IllegalStateException("only replies without a value come here");
        });
  }

  private <T> Reply<T> call(
      String name, String path, @Nullable OperationRequest body, Class<T> type) {
    Reply<T> reply = callOnce(path, body, type);
    if (reply instanceof Reply.Refused<T> refused && refused.httpStatus() == 401) {
      tokens.forget(database);
      reply = callOnce(path, body, type);
    }
    observer.called(name, outcome(reply));
    return reply;
  }

  private static String outcome(Reply<?> reply) {
    return switch (reply) {
      case Reply.Ok<?> _ -> "ok";
      case Reply.Refused<?> refused -> refused.error().code();
      case Reply.Unavailable<?> _ -> "unavailable";
    };
  }

  private <T> Reply<T> callOnce(String path, @Nullable OperationRequest body, Class<T> type) {
    Optional<String> token = tokens.current(database);
    if (token.isEmpty()) {
      return new Reply.Unavailable<>(
          "the Secret %s has no admin token yet".formatted(database.keysSecret()));
    }
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(base.resolve(path))
              .timeout(requestTimeout)
              .header("Authorization", "Bearer " + token.get())
              .header("Accept", "application/json");
      if (body == null) {
        request.GET();
      } else {
        request
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(body)));
      }
      HttpResponse<byte[]> response =
          http.send(
              request.build(),
              BodyHandlers.limiting(BodyHandlers.ofByteArray(), RESPONSE_BYTES_MAX));
      return read(response, type);
    } catch (HttpTimeoutException e) {
      return unavailable("did not answer within " + requestTimeout);
    } catch (ConnectException e) {
      return unavailable("cannot be reached");
    } catch (JsonProcessingException e) {
      return unavailable("gave an answer that is not understood");
    } catch (IOException e) {
      // The text of such an exception may hold addresses and ports that vary; its kind does not.
      return unavailable("broke off the connection (" + e.getClass().getSimpleName() + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unavailable("was not waited for: the operator stops");
    }
  }

  private <T> Reply<T> unavailable(String what) {
    return new Reply.Unavailable<>("the engine's admin API at " + base + " " + what);
  }

  private <T> Reply<T> read(HttpResponse<byte[]> response, Class<T> type) throws IOException {
    int status = response.statusCode();
    if (status == 200 || status == 202) {
      T value = json.readValue(response.body(), type);
      return value == null ? unavailable("gave an empty answer") : new Reply.Ok<>(value);
    }
    return new Reply.Refused<>(status, error(status, response.body()));
  }

  private EngineError error(int status, byte[] body) {
    Function<String, EngineError> unnamed =
        reason -> new EngineError(null, reason, status >= 500, null, null);
    try {
      JsonNode error = json.readTree(body).path("error");
      return error.isObject()
          ? json.treeToValue(error, EngineError.class)
          : unnamed.apply("HTTP status " + status);
    } catch (IOException e) {
      return unnamed.apply("HTTP status " + status);
    }
  }
}
