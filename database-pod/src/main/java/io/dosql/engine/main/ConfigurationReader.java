package io.dosql.engine.main;

import io.dosql.engine.archiver.MaxLagPolicy;
import io.dosql.engine.auth.RateLimits;
import io.dosql.engine.main.EngineConfiguration.Archive;
import io.dosql.engine.main.EngineConfiguration.Auth;
import io.dosql.engine.main.EngineConfiguration.Front;
import io.dosql.engine.main.EngineConfiguration.Limits;
import io.dosql.engine.main.EngineConfiguration.Store;
import io.dosql.engine.main.EngineConfiguration.Tenants;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns the environment into a configuration. */
public final class ConfigurationReader {

  private static final String DNS_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";
  private static final Pattern DATABASE =
      Pattern.compile(DNS_LABEL + "/[a-z0-9]([a-z0-9.-]*[a-z0-9])?");
  private static final Pattern TENANT = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final Set<String> LOG_LEVELS = Set.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR");
  private static final Pattern ORIGIN =
      Pattern.compile("\\*|https?://[a-zA-Z0-9.-]+(:[0-9]{1,5})?");

  /** More a second no pod answers. */
  private static final long RATE_MAX = 1_000_000;

  private static final int COUNT_MAX = 10_000;
  private static final long RESULT_BYTES_MIN = 1 << 10;

  /** A result that is not streamed is a single array. */
  private static final long RESULT_BYTES_MAX = 1 << 30;

  private static final long DATABASE_BYTES_MIN = 1 << 20;

  /** Some segments of the log, which is released in whole ones. */
  private static final long ARCHIVE_LAG_BYTES_MIN = 64 << 20;

  private static final String MAIN_TENANT = "main";

  private final Environment environment;

  private ConfigurationReader(Map<String, String> variables) {
    this.environment = new Environment(variables);
  }

  /** Fails with all that is wrong at once. */
  public static EngineConfiguration read(Map<String, String> variables)
      throws InvalidConfigurationException {
    return checked(new ConfigurationReader(variables), ConfigurationReader::configuration);
  }

  /** Where backups go, which is all that some commands need. */
  static Store readStore(Map<String, String> variables) throws InvalidConfigurationException {
    return checked(
        new ConfigurationReader(variables),
        reader -> {
          reader.checkLogLevel();
          return reader.stores("DOSQL_STORE").store(reader.database());
        });
  }

  private static <T> T checked(ConfigurationReader reader, Function<ConfigurationReader, T> read)
      throws InvalidConfigurationException {
    T found = read.apply(reader);
    List<String> problems = reader.environment.problems();
    if (!problems.isEmpty()) {
      throw new InvalidConfigurationException(problems);
    }
    return found;
  }

  private String database() {
    return environment.matching(
        "DOSQL_DATABASE", DATABASE, "<namespace>/<name>, such as shop/orders");
  }

  private EngineConfiguration configuration() {
    String database = database();
    String host = bindHost();
    int httpPort = environment.port("DOSQL_HTTP_PORT", 8080);
    int adminPort = environment.port("DOSQL_ADMIN_PORT", 8081);
    if (httpPort == adminPort) {
      environment.reject(
          "DOSQL_ADMIN_PORT", Integer.toString(adminPort), "another port than DOSQL_HTTP_PORT");
    }
    checkLogLevel();
    return new EngineConfiguration(
        path("DOSQL_DATA_DIR", environment.text("DOSQL_DATA_DIR", "/data")),
        database,
        host,
        httpPort,
        adminPort,
        tenants(),
        limits(),
        !environment.isFirst("DOSQL_DURABILITY", "Strict", "Relaxed"),
        environment.isFirst("DOSQL_ROW_CHANGES", "Enabled", "Disabled"),
        auth(host),
        requiredFile("DOSQL_ADMIN_TOKEN_FILE", "the file with the admin API's token"),
        stores("DOSQL_STORE").store(database),
        front(),
        archive(),
        stores("DOSQL_SOURCE_STORE").store(database));
  }

  private String bindHost() {
    String host = environment.text("DOSQL_BIND_HOST", "0.0.0.0");
    if (!host.equals("localhost") && !isAddress(host)) {
      environment.reject("DOSQL_BIND_HOST", host, "an IP address or localhost");
    }
    return host;
  }

  private Tenants tenants() {
    Set<String> names = new LinkedHashSet<>();
    names.add(MAIN_TENANT);
    for (String part : environment.text("DOSQL_TENANTS_NAMES", "").split(",", -1)) {
      String name = part.strip();
      if (name.isEmpty()) {
        continue;
      }
      if (!TENANT.matcher(name).matches()) {
        environment.reject(
            "DOSQL_TENANTS_NAMES",
            name,
            "names of 1 to 63 lower-case letters, digits and '-', comma-separated");
      }
      names.add(name);
    }
    return new Tenants(
        environment.isFirst("DOSQL_TENANTS_MODE", "Open", "Declared"),
        names,
        environment.duration(
            "DOSQL_TENANTS_SLEEP_AFTER",
            Tenants.OPEN.sleepAfter(),
            Duration.ofSeconds(1),
            Duration.ofHours(24)),
        environment.integer("DOSQL_TENANTS_MAX_AWAKE", Tenants.OPEN.maxAwake(), 1, COUNT_MAX));
  }

  private Limits limits() {
    return new Limits(
        environment.integer(
            "DOSQL_LIMIT_CONCURRENT_REQUESTS",
            Limits.DEFAULT.maxConcurrentRequests(),
            1,
            COUNT_MAX),
        environment.integer(
            "DOSQL_LIMIT_WAITING_WRITERS", Limits.DEFAULT.maxWaitingWriters(), 1, COUNT_MAX),
        environment.duration(
            "DOSQL_LIMIT_STATEMENT_TIMEOUT",
            Limits.DEFAULT.statementTimeout(),
            Duration.ofMillis(100),
            Duration.ofMinutes(10)),
        environment.number(
            "DOSQL_LIMIT_RESULT_ROWS", Limits.DEFAULT.maxResultRows(), 1, Long.MAX_VALUE),
        environment.number(
            "DOSQL_LIMIT_RESULT_BYTES",
            Limits.DEFAULT.maxResultBytes(),
            RESULT_BYTES_MIN,
            RESULT_BYTES_MAX),
        environment.number(
            "DOSQL_LIMIT_DATABASE_BYTES",
            Limits.DEFAULT.maxDatabaseBytes(),
            DATABASE_BYTES_MIN,
            Long.MAX_VALUE));
  }

  private Auth auth(String host) {
    String auth = environment.text("DOSQL_AUTH", "jwt");
    return switch (auth) {
      case "jwt" ->
          new Auth.Jwt(
              files(
                  "DOSQL_AUTH_JWKS_FILE", "the file with the JWK set, or several, comma-separated"),
              optionalFile("DOSQL_AUTH_POLICY_FILE", "the file with the policy"));
      case "none" -> {
        if (!isLoopback(host)) {
          environment.reject(
              "DOSQL_AUTH",
              auth,
              "jwt unless DOSQL_BIND_HOST is a loopback address, for anybody could read and write");
        }
        yield new Auth.None();
      }
      default -> {
        environment.reject("DOSQL_AUTH", auth, "jwt or none");
        yield new Auth.None();
      }
    };
  }

  private Front front() {
    Set<String> origins = new LinkedHashSet<>();
    for (String part : environment.text("DOSQL_CORS_ORIGINS", "").split(",", -1)) {
      String origin = part.strip();
      if (!origin.isEmpty()) {
        if (!ORIGIN.matcher(origin).matches()) {
          environment.reject(
              "DOSQL_CORS_ORIGINS", origin, "'*', or origins such as https://app.example.com");
        }
        origins.add(origin);
      }
    }
    return new Front(
        environment.optional("DOSQL_TLS_DIRECTORY") == null
            ? null
            : requiredDirectory("DOSQL_TLS_DIRECTORY", "the folder with tls.crt and tls.key"),
        !environment.isFirst("DOSQL_TLS_MIN_VERSION", "1.3", "1.2"),
        origins,
        RateLimits.perSecond(
            environment.number("DOSQL_RATE_PER_TOKEN", 0, 0, RATE_MAX),
            environment.number("DOSQL_RATE_PER_TENANT", 0, 0, RATE_MAX),
            environment.number("DOSQL_RATE", 0, 0, RATE_MAX)));
  }

  private Archive archive() {
    return new Archive(
        environment.isFirst("DOSQL_ARCHIVE", "continuous", "off"),
        environment.duration(
            "DOSQL_ARCHIVE_INTERVAL",
            Archive.DEFAULT.interval(),
            Duration.ofMillis(100),
            Duration.ofHours(24)),
        environment.number(
            "DOSQL_ARCHIVE_MAX_LAG",
            Archive.DEFAULT.maxLagBytes(),
            ARCHIVE_LAG_BYTES_MIN,
            Long.MAX_VALUE),
        environment.isFirst(
                "DOSQL_ARCHIVE_ON_MAX_LAG",
                MaxLagPolicy.KEEP_SERVING.word(),
                MaxLagPolicy.STOP_WRITES.word())
            ? MaxLagPolicy.KEEP_SERVING
            : MaxLagPolicy.STOP_WRITES,
        environment.duration(
            "DOSQL_ARCHIVE_SNAPSHOT_INTERVAL",
            Archive.DEFAULT.snapshotInterval(),
            Duration.ofMinutes(1),
            Duration.ofDays(366)),
        environment.duration(
            "DOSQL_ARCHIVE_WINDOW",
            Archive.DEFAULT.window(),
            Duration.ofHours(1),
            Duration.ofDays(3660)));
  }

  private StoreReader stores(String name) {
    return new StoreReader(environment, name, this::requiredDirectory);
  }

  private void checkLogLevel() {
    String level = environment.text("DOSQL_LOG_LEVEL", "INFO");
    if (!LOG_LEVELS.contains(level)) {
      environment.reject("DOSQL_LOG_LEVEL", level, "TRACE, DEBUG, INFO, WARN or ERROR");
    }
  }

  private Path requiredFile(String name, String what) {
    Path file = path(name, environment.required(name, what));
    if (environment.optional(name) != null && !Files.isReadable(file)) {
      environment.reject(name, file.toString(), "a file that can be read: " + what);
    }
    return file;
  }

  /** At least one. */
  private List<Path> files(String name, String what) {
    List<Path> files = new ArrayList<>();
    for (String part : environment.required(name, what).split(",", -1)) {
      Path file = path(name, part.strip());
      if (environment.optional(name) != null && !Files.isReadable(file)) {
        environment.reject(name, file.toString(), "a file that can be read: " + what);
      }
      files.add(file);
    }
    return files;
  }

  private @Nullable Path optionalFile(String name, String what) {
    return environment.optional(name) == null ? null : requiredFile(name, what);
  }

  private Path requiredDirectory(String name, String what) {
    Path directory = path(name, environment.required(name, what));
    if (environment.optional(name) != null && !Files.isDirectory(directory)) {
      environment.reject(name, directory.toString(), "a folder that exists: " + what);
    }
    return directory;
  }

  private Path path(String name, String value) {
    try {
      return Path.of(value);
    } catch (InvalidPathException notAPath) {
      environment.reject(name, value, "a path");
      return Path.of("");
    }
  }

  private static boolean isAddress(String host) {
    try {
      var _ = InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException notALiteral) {
      return false;
    }
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost")
        || (isAddress(host) && InetAddress.ofLiteral(host).isLoopbackAddress());
  }
}
