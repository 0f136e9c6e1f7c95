package io.dosql.engine.auth;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where an issuer's keys are fetched from, and how.
 *
 * @param issuer its name, which discovery must confirm
 * @param discoveryUrl of the OpenID configuration, if it is not below the issuer's name
 * @param jwksUrl of the keys; null to discover it
 * @param caFile PEM certificates to trust in place of the usual ones
 * @param tokenFile a bearer token to show; only to the origin that is configured here
 */
record KeyEndpoint(
    String issuer,
    @Nullable URI discoveryUrl,
    @Nullable URI jwksUrl,
    @Nullable Path caFile,
    @Nullable Path tokenFile) {

  private static final String DISCOVERY = ".well-known/openid-configuration";

  /** Fails if no URL comes of it. */
  void check() throws IOException {
    URI first = first();
    boolean good =
        ("https".equals(first.getScheme()) || "http".equals(first.getScheme()))
            && first.getHost() != null;
    if (!good) {
      throw new IOException(
          "The issuer %s has no http(s) URL to fetch keys from".formatted(issuer));
    }
  }

  /** The first URL to ask. */
  URI first() throws IOException {
    if (jwksUrl != null) {
      return jwksUrl;
    }
    if (discoveryUrl != null) {
      return discoveryUrl;
    }
    try {
      return URI.create(issuer.endsWith("/") ? issuer + DISCOVERY : issuer + "/" + DISCOVERY);
    } catch (IllegalArgumentException noUrl) {
      throw new IOException("The issuer " + issuer + " is no URL", noUrl);
    }
  }

  /**
   * What discovery says, once it is checked: it must not lead from https to http, and must be of
   * this issuer.
   */
  URI discovered(String statedIssuer, String statedUrl) throws IOException {
    if (!statedIssuer.equals(issuer)) {
      throw new IOException("%s calls itself %s".formatted(issuer, statedIssuer));
    }
    try {
      URI url = URI.create(statedUrl);
      boolean safe =
          url.getHost() != null
              && ("https".equals(url.getScheme()) || "http".equals(first().getScheme()));
      if (safe) {
        return url;
      }
    } catch (IllegalArgumentException noUrl) {
      throw new IOException(issuer + " names no URL for its keys", noUrl);
    }
    throw new IOException(issuer + " names a URL for its keys that is not https");
  }

  boolean isOwnOrigin(URI url) throws IOException {
    URI first = first();
    return first.getScheme().equals(url.getScheme())
        && first.getHost().equals(url.getHost())
        && first.getPort() == url.getPort();
  }
}
