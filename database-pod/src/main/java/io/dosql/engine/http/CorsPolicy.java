package io.dosql.engine.http;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may use the data port from a browser: those of the origins named, {@code *} for
 * all, none by default. Tokens are headers, which pages set themselves, so that no credentials of
 * the browser's are ever wanted.
 */
public final class CorsPolicy {

  private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";
  private static final String ANY = "*";
  private static final String EXPOSED =
      "X-Request-Id, X-DoSQL-Durability, X-RateLimit-Limit, X-RateLimit-Remaining,"
          + " X-RateLimit-Reset, Retry-After";
  private static final String ALLOWED_HEADERS =
      "Authorization, Content-Type, Accept, X-Request-Id, X-DoSQL-Durability, traceparent";
  private static final String PREFLIGHT_SECONDS = "600";

  private final Set<String> origins;

  public CorsPolicy(Set<String> origins) {
    this.origins = Set.copyOf(origins);
  }

  /** What an answer to a page of this origin says; nothing where CORS is off. */
  Map<String, String> answerHeaders(@Nullable String origin) {
    if (origins.isEmpty()) {
      return Map.of();
    }
    if (origins.contains(ANY)) {
      return Map.of(ALLOW_ORIGIN, ANY, "Access-Control-Expose-Headers", EXPOSED);
    }
    // Caches must not give one origin's answer to another.
    return origin != null && origins.contains(origin)
        ? Map.of(ALLOW_ORIGIN, origin, "Access-Control-Expose-Headers", EXPOSED, "Vary", "Origin")
        : Map.of("Vary", "Origin");
  }

  /** What a browser is told that asks beforehand, beside {@link #answerHeaders}. */
  Map<String, String> preflightHeaders(String methods) {
    return Map.of(
        "Access-Control-Allow-Methods", methods,
        "Access-Control-Allow-Headers", ALLOWED_HEADERS,
        "Access-Control-Max-Age", PREFLIGHT_SECONDS);
  }

  /** Whether a page of this origin may ask. */
  boolean allows(@Nullable String origin) {
    return origin != null && (origins.contains(ANY) || origins.contains(origin));
  }
}
