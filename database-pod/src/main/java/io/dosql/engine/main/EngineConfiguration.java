package io.dosql.engine.main;

import io.dosql.engine.archive.store.ServerSideEncryption;
import io.dosql.engine.archiver.ArchiverLimits;
import io.dosql.engine.archiver.MaxLagPolicy;
import io.dosql.engine.auth.RateLimits;
import io.dosql.engine.tenant.TenantLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that the environment says, checked; see docs/architecture.md for the variables.
 *
 * @param database {@code <namespace>/<name>}; the audience that tokens must have
 * @param isRelaxed whether commits are acknowledged before they are durable
 * @param capturesRowChanges whether the log holds the rows that each commit changed
 * @param adminTokenFile the admin API's bearer token
 * @param source another database's store, which a restore may read
 */
public record EngineConfiguration(
    Path dataDirectory,
    String database,
    String bindHost,
    int httpPort,
    int adminPort,
    Tenants tenants,
    Limits limits,
    boolean isRelaxed,
    boolean capturesRowChanges,
    Auth auth,
    Path adminTokenFile,
    Store store,
    Front front,
    Archive archive,
    Store source) {

  /** With nothing special in front of the data port, and the archive as by default. */
  public EngineConfiguration(
      Path dataDirectory,
      String database,
      String bindHost,
      int httpPort,
      int adminPort,
      Tenants tenants,
      Limits limits,
      boolean isRelaxed,
      boolean capturesRowChanges,
      Auth auth,
      Path adminTokenFile,
      Store store) {
    this(
        dataDirectory,
        database,
        bindHost,
        httpPort,
        adminPort,
        tenants,
        limits,
        isRelaxed,
        capturesRowChanges,
        auth,
        adminTokenFile,
        store,
        Front.PLAIN,
        Archive.DEFAULT,
        new Store.None());
  }

  /**
   * How commits get into the store.
   *
   * @param isContinuous whether they do; never without a store
   * @param interval from one log object to the next
   * @param maxLagBytes of the log that may wait for the store; half of the volume at most
   * @param onMaxLag what happens beyond that
   * @param snapshotInterval a tenant that has changed gets a whole snapshot so long after its last
   * @param window how far back every commit is to stay restorable
   */
  public record Archive(
      boolean isContinuous,
      Duration interval,
      long maxLagBytes,
      MaxLagPolicy onMaxLag,
      Duration snapshotInterval,
      Duration window) {

    public static final Archive DEFAULT =
        new Archive(
            true,
            ArchiverLimits.DEFAULT.interval(),
            ArchiverLimits.DEFAULT.maxLagBytes(),
            MaxLagPolicy.KEEP_SERVING,
            Duration.ofHours(24),
            Duration.ofDays(7));
  }

  /**
   * How the data port meets its clients.
   *
   * @param tlsDirectory holds {@code tls.crt} and {@code tls.key}; null for a port without TLS
   * @param allowsTls12 whether TLS 1.2 will do, too
   * @param corsOrigins web pages that may ask
   * @param rates how often one may ask
   */
  public record Front(
      @Nullable Path tlsDirectory, boolean allowsTls12, Set<String> corsOrigins, RateLimits rates) {

    public static final Front PLAIN = new Front(null, false, Set.of(), RateLimits.NONE);

    public Front {
      corsOrigins = Set.copyOf(corsOrigins);
    }
  }

  /**
   * Which tenants there may be.
   *
   * @param open whether others than those named are made at first use
   * @param names declared ones, {@code main} always among them
   * @param sleepAfter they sleep after this time without work
   * @param maxAwake how many may be awake at once
   */
  public record Tenants(boolean open, Set<String> names, Duration sleepAfter, int maxAwake) {

    /** Any name, and the rest as by default. */
    public static final Tenants OPEN =
        new Tenants(
            true,
            Set.of("main"),
            TenantLimits.DEFAULT.sleepAfter(),
            TenantLimits.DEFAULT.maxAwake());

    public Tenants {
      names = Set.copyOf(names);
    }
  }

  /**
   * What one tenant may take.
   *
   * @param maxConcurrentRequests requests in work at a time
   * @param maxWaitingWriters requests that may wait for the right to write
   * @param statementTimeout longest run of one statement
   * @param maxResultRows rows in the result of one request
   * @param maxResultBytes size of the result of one request, encoded
   * @param maxDatabaseBytes size of the database
   */
  public record Limits(
      int maxConcurrentRequests,
      int maxWaitingWriters,
      Duration statementTimeout,
      long maxResultRows,
      long maxResultBytes,
      long maxDatabaseBytes) {

    public static final Limits DEFAULT =
        new Limits(
            TenantLimits.DEFAULT.maxConcurrentRequests(),
            TenantLimits.DEFAULT.maxWaitingWriters(),
            TenantLimits.DEFAULT.statementTimeout(),
            TenantLimits.DEFAULT.maxResultRows(),
            TenantLimits.DEFAULT.maxResultBytes(),
            TenantLimits.DEFAULT.maxDatabaseBytes());
  }

  /** How the data API knows its clients. */
  public sealed interface Auth {

    /**
     * By tokens.
     *
     * @param jwksFiles the database's own keys
     * @param policyFile who else is trusted, and what is revoked; null for nobody and nothing
     */
    record Jwt(List<Path> jwksFiles, @Nullable Path policyFile) implements Auth {

      public Jwt {
        jwksFiles = List.copyOf(jwksFiles);
      }

      /** By tokens signed with a key of this JWK set. */
      public Jwt(Path jwksFile) {
        this(List.of(jwksFile), null);
      }
    }

    /** Not at all; only when bound to loopback. */
    record None() implements Auth {}
  }

  /** Where backups go. */
  public sealed interface Store {

    /** Nowhere. */
    record None() implements Store {}

    /**
     * To a directory that exists.
     *
     * @param encryptionKeys the folder with the keys that all is encrypted with; null for plain
     */
    record Directory(Path directory, String prefix, @Nullable Path encryptionKeys)
        implements Store {

      /** Without encryption. */
      public Directory(Path directory, String prefix) {
        this(directory, prefix, null);
      }
    }

    /**
     * To a bucket, by path-style requests; the credentials are files in a directory.
     *
     * @param serverSideEncryption what the store is asked to do by itself
     * @param encryptionKeys the folder with the keys that all is encrypted with; null for plain
     */
    record S3(
        String endpoint,
        String bucket,
        String region,
        Path credentialsDirectory,
        String prefix,
        ServerSideEncryption serverSideEncryption,
        @Nullable Path encryptionKeys)
        implements Store {

      /** Without encryption. */
      public S3(
          String endpoint, String bucket, String region, Path credentialsDirectory, String prefix) {
        this(
            endpoint,
            bucket,
            region,
            credentialsDirectory,
            prefix,
            new ServerSideEncryption.ByBucket(),
            null);
      }
    }
  }
}
