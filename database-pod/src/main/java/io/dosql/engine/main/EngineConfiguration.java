package io.dosql.engine.main;

import java.nio.file.Path;
import java.util.Set;

/**
 * All that the environment says, checked; see docs/architecture.md for the variables.
 *
 * @param database {@code <namespace>/<name>}; the audience that tokens must have
 * @param adminTokenFile the admin API's bearer token
 */
public record EngineConfiguration(
    Path dataDirectory,
    String database,
    String bindHost,
    int httpPort,
    int adminPort,
    Tenants tenants,
    Auth auth,
    Path adminTokenFile,
    Store store) {

  /**
   * Which tenants there may be.
   *
   * @param open whether others than those named are made at first use
   * @param names declared ones, {@code main} always among them
   */
  public record Tenants(boolean open, Set<String> names) {
    public Tenants {
      names = Set.copyOf(names);
    }
  }

  /** How the data API knows its clients. */
  public sealed interface Auth {

    /** By tokens signed with a key of this JWK set. */
    record Jwt(Path jwksFile) implements Auth {}

    /** Not at all; only when bound to loopback. */
    record None() implements Auth {}
  }

  /** Where backups go. */
  public sealed interface Store {

    /** Nowhere. */
    record None() implements Store {}

    /** To a directory that exists. */
    record Directory(Path directory, String prefix) implements Store {}

    /** To a bucket, by path-style requests; the credentials are files in a directory. */
    record S3(
        String endpoint, String bucket, String region, Path credentialsDirectory, String prefix)
        implements Store {}
  }
}
