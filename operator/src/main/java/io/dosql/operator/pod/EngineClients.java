package io.dosql.operator.pod;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.net.http.HttpClient;
import java.time.Duration;

/** Makes clients of engines. Threads may share it; {@link #close} ends its connections. */
public final class EngineClients implements AutoCloseable {

  private final HttpClient http;
  private final ObjectMapper json;
  private final PodEndpoints endpoints;
  private final AdminTokens tokens;
  private final Duration requestTimeout;
  private final EngineCallObserver observer;

  /**
   * @param connectTimeout for a connection to be made
   * @param requestTimeout for the whole of one request
   */
  public EngineClients(
      PodEndpoints endpoints,
      AdminTokens tokens,
      Duration connectTimeout,
      Duration requestTimeout,
      EngineCallObserver observer) {
    this.endpoints = endpoints;
    this.tokens = tokens;
    this.requestTimeout = requestTimeout;
    this.observer = observer;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(connectTimeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    this.json =
        JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .build();
  }

  /** The client of a database's pod; cheap, keeps nothing. */
  public EngineClient of(DatabaseKey database) {
    return new EngineClient(
        http, json, endpoints.admin(database), database, tokens, requestTimeout, observer);
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
