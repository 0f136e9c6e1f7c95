package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.store.ServerSideEncryption;
import io.dosql.engine.archiver.MaxLagPolicy;
import io.dosql.engine.auth.RateLimits;
import io.dosql.engine.main.EngineConfiguration.Archive;
import io.dosql.engine.main.EngineConfiguration.Auth;
import io.dosql.engine.main.EngineConfiguration.Front;
import io.dosql.engine.main.EngineConfiguration.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationReaderTest {

  @TempDir
  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path folder;

  private final Map<String, String> variables = new HashMap<>();

  @BeforeEach
  void leastThatIsNeeded() throws IOException {
    variables.put("DOSQL_DATABASE", "shop/orders");
    variables.put("DOSQL_AUTH_JWKS_FILE", Files.writeString(folder.resolve("jwks"), "").toString());
    variables.put(
        "DOSQL_ADMIN_TOKEN_FILE", Files.writeString(folder.resolve("token"), "").toString());
  }

  @Test
  void everythingElse_hasADefault() throws Exception {
    EngineConfiguration configuration = ConfigurationReader.read(variables);
    assertThat(configuration.dataDirectory()).isEqualTo(Path.of("/data"));
    assertThat(configuration.bindHost()).isEqualTo("0.0.0.0");
    assertThat(configuration.httpPort()).isEqualTo(8080);
    assertThat(configuration.adminPort()).isEqualTo(8081);
    assertThat(configuration.tenants().open()).isTrue();
    assertThat(configuration.tenants().names()).containsExactly("main");
    assertThat(configuration.auth()).isEqualTo(new Auth.Jwt(folder.resolve("jwks")));
    assertThat(configuration.store()).isEqualTo(new Store.None());
  }

  @Test
  void theArchive_isContinuousUnlessTold() throws Exception {
    assertThat(ConfigurationReader.read(variables).archive())
        .isEqualTo(
            new Archive(
                true,
                Duration.ofSeconds(1),
                1L << 30,
                MaxLagPolicy.KEEP_SERVING,
                Duration.ofHours(24),
                Duration.ofDays(7)))
        .isEqualTo(Archive.DEFAULT);
    variables.put("DOSQL_ARCHIVE", "off");
    variables.put("DOSQL_ARCHIVE_INTERVAL", "1h");
    variables.put("DOSQL_ARCHIVE_MAX_LAG", "67108864");
    variables.put("DOSQL_ARCHIVE_SNAPSHOT_INTERVAL", "90m");
    variables.put("DOSQL_ARCHIVE_WINDOW", "36h");
    variables.put("DOSQL_ARCHIVE_ON_MAX_LAG", "StopWrites");
    assertThat(ConfigurationReader.read(variables).archive())
        .isEqualTo(
            new Archive(
                false,
                Duration.ofHours(1),
                64 << 20,
                MaxLagPolicy.STOP_WRITES,
                Duration.ofMinutes(90),
                Duration.ofHours(36)));
  }

  @Test
  void whatIsInFrontOfTheDataPort_isNothingUnlessTold() throws Exception {
    assertThat(ConfigurationReader.read(variables).front()).isEqualTo(Front.PLAIN);
    variables.put("DOSQL_TLS_DIRECTORY", folder.toString());
    variables.put("DOSQL_TLS_MIN_VERSION", "1.2");
    variables.put("DOSQL_CORS_ORIGINS", "https://a.example, http://localhost:3000");
    variables.put("DOSQL_RATE", "100");
    variables.put("DOSQL_RATE_PER_TOKEN", "7");
    assertThat(ConfigurationReader.read(variables).front())
        .isEqualTo(
            new Front(
                folder,
                true,
                Set.of("https://a.example", "http://localhost:3000"),
                RateLimits.perSecond(7, 0, 100)));
  }

  @Test
  void severalKeyFilesAndAPolicy_areTaken() throws Exception {
    String other = Files.writeString(folder.resolve("other"), "").toString();
    variables.merge("DOSQL_AUTH_JWKS_FILE", other, (one, two) -> one + "," + two);
    variables.put("DOSQL_AUTH_POLICY_FILE", other);
    assertThat(ConfigurationReader.read(variables).auth())
        .isEqualTo(
            new Auth.Jwt(
                List.of(folder.resolve("jwks"), folder.resolve("other")), folder.resolve("other")));
  }

  @ParameterizedTest
  @CsvSource({
    "DOSQL_CORS_ORIGINS,https://a.example/path",
    "DOSQL_CORS_ORIGINS,a.example",
    "DOSQL_RATE,-1",
    "DOSQL_RATE_PER_TENANT,many",
    "DOSQL_TLS_DIRECTORY,/nowhere",
    "DOSQL_TLS_MIN_VERSION,1.1",
    "DOSQL_AUTH_POLICY_FILE,/nowhere",
    "DOSQL_AUTH_JWKS_FILE,/nowhere"
  })
  void badFront_isRejectedByTheVariablesName(String name, String value) {
    variables.put(name, value);
    assertThatThrownBy(() -> ConfigurationReader.read(variables))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(name);
  }

  @Test
  void lifeAndLimitsOfTenants_areThoseOfTheEngineUnlessTold() throws Exception {
    EngineConfiguration plain = ConfigurationReader.read(variables);
    assertThat(plain.tenants().sleepAfter()).isEqualTo(Duration.ofSeconds(10));
    assertThat(plain.tenants().maxAwake()).isEqualTo(500);
    assertThat(plain.isRelaxed()).isFalse();
    assertThat(plain.capturesRowChanges()).isTrue();
    assertThat(plain.limits().statementTimeout()).isEqualTo(Duration.ofSeconds(30));

    variables.put("DOSQL_TENANTS_SLEEP_AFTER", "5m");
    variables.put("DOSQL_TENANTS_MAX_AWAKE", "7");
    variables.put("DOSQL_DURABILITY", "Relaxed");
    variables.put("DOSQL_ROW_CHANGES", "Disabled");
    variables.put("DOSQL_LIMIT_CONCURRENT_REQUESTS", "1");
    variables.put("DOSQL_LIMIT_DATABASE_BYTES", "5368709120");
    variables.put("DOSQL_LIMIT_WAITING_WRITERS", "2");
    variables.put("DOSQL_LIMIT_STATEMENT_TIMEOUT", "500ms");
    variables.put("DOSQL_LIMIT_RESULT_ROWS", "3");
    variables.put("DOSQL_LIMIT_RESULT_BYTES", "4194304");
    EngineConfiguration told = ConfigurationReader.read(variables);
    assertThat(told.tenants().sleepAfter()).isEqualTo(Duration.ofMinutes(5));
    assertThat(told.tenants().maxAwake()).isEqualTo(7);
    assertThat(told.isRelaxed()).isTrue();
    assertThat(told.capturesRowChanges()).isFalse();
    assertThat(told.limits())
        .isEqualTo(
            new EngineConfiguration.Limits(1, 2, Duration.ofMillis(500), 3, 4 << 20, 5L << 30));
  }

  @Test
  void emptyVariables_countAsNotSet() throws Exception {
    variables.put("DOSQL_STORE", "");
    variables.put("DOSQL_HTTP_PORT", " ");
    assertThat(ConfigurationReader.read(variables).httpPort()).isEqualTo(8080);
  }

  @Test
  void declaredTenants_haveMainAmongThem() throws Exception {
    variables.put("DOSQL_TENANTS_MODE", "Declared");
    variables.put("DOSQL_TENANTS_NAMES", "a, b-1,,a");
    EngineConfiguration.Tenants tenants = ConfigurationReader.read(variables).tenants();
    assertThat(tenants.open()).isFalse();
    assertThat(tenants.names()).containsExactlyInAnyOrder("main", "a", "b-1");
  }

  @Test
  void stores_takeTheDatabaseAsTheirPrefixUnlessToldOtherwise() throws Exception {
    variables.put("DOSQL_STORE", "directory");
    variables.put("DOSQL_STORE_DIRECTORY", folder.toString());
    assertThat(ConfigurationReader.read(variables).store())
        .isEqualTo(new Store.Directory(folder, "shop/orders"));
    variables.put("DOSQL_STORE", "s3");
    variables.put("DOSQL_STORE_S3_ENDPOINT", "http://s3:9000");
    variables.put("DOSQL_STORE_S3_BUCKET", "backups");
    variables.put("DOSQL_STORE_S3_CREDENTIALS_DIR", folder.toString());
    variables.put("DOSQL_STORE_PREFIX", "a/b");
    assertThat(ConfigurationReader.read(variables).store())
        .isEqualTo(new Store.S3("http://s3:9000", "backups", "us-east-1", folder, "a/b"));
  }

  @Test
  void stores_areEncryptedAsTheyAreTold() throws Exception {
    variables.put("DOSQL_STORE", "directory");
    variables.put("DOSQL_STORE_DIRECTORY", folder.toString());
    variables.put("DOSQL_STORE_ENCRYPTION_KEYS_DIR", folder.toString());
    assertThat(ConfigurationReader.read(variables).store())
        .isEqualTo(new Store.Directory(folder, "shop/orders", folder));
    variables.put("DOSQL_STORE", "s3");
    variables.put("DOSQL_STORE_S3_ENDPOINT", "http://s3:9000");
    variables.put("DOSQL_STORE_S3_BUCKET", "backups");
    variables.put("DOSQL_STORE_S3_CREDENTIALS_DIR", folder.toString());
    variables.put("DOSQL_STORE_S3_SSE", "AES256");
    assertThat(s3().encryptionKeys()).isEqualTo(folder);
    assertThat(s3().serverSideEncryption()).isEqualTo(new ServerSideEncryption.Aes256());
    variables.put("DOSQL_STORE_S3_SSE", "KMS");
    assertThat(s3().serverSideEncryption()).isEqualTo(new ServerSideEncryption.Kms(""));
    variables.put("DOSQL_STORE_S3_SSE_KMS_KEY", "arn:aws:kms:eu-west-1:1:key/a-b");
    assertThat(s3().serverSideEncryption())
        .isEqualTo(new ServerSideEncryption.Kms("arn:aws:kms:eu-west-1:1:key/a-b"));
  }

  private Store.S3 s3() throws Exception {
    return (Store.S3) ConfigurationReader.read(variables).store();
  }

  @ParameterizedTest
  @CsvSource({
    "none,      DOSQL_STORE_ENCRYPTION_KEYS_DIR, /",
    "none,      DOSQL_STORE_S3_SSE,              AES256",
    "directory, DOSQL_STORE_S3_SSE,              AES256",
    "directory, DOSQL_STORE_ENCRYPTION_KEYS_DIR, /no/such/folder",
    "s3,        DOSQL_STORE_S3_SSE,              rot13",
    "s3,        DOSQL_STORE_S3_SSE_KMS_KEY,      alias/x",
    "s3,        DOSQL_STORE_S3_SSE_KMS_KEY,      a key"
  })
  void encryptionThatCannotBeDone_isNotPassedOver(String kind, String name, String value) {
    variables.put("DOSQL_STORE", kind);
    variables.put("DOSQL_STORE_DIRECTORY", folder.toString());
    variables.put(name, value);
    assertThatThrownBy(() -> ConfigurationReader.read(variables))
        .hasMessageContaining(name + " is '" + value + "'");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, true",
    "::1, true",
    "localhost, true",
    "0.0.0.0, false",
    "10.0.0.1, false"
  })
  void noAuthentication_isForLoopbackAlone(String host, boolean allowed) throws Exception {
    variables.put("DOSQL_AUTH", "none");
    variables.put("DOSQL_BIND_HOST", host);
    if (allowed) {
      assertThat(ConfigurationReader.read(variables).auth()).isEqualTo(new Auth.None());
    } else {
      assertThatThrownBy(() -> ConfigurationReader.read(variables))
          .hasMessageContaining("DOSQL_AUTH is 'none'")
          .hasMessageContaining("loopback");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DOSQL_DATABASE, orders",
    "DOSQL_DATABASE, Shop/orders",
    "DOSQL_BIND_HOST, example.com",
    "DOSQL_HTTP_PORT, 0",
    "DOSQL_HTTP_PORT, 65536",
    "DOSQL_HTTP_PORT, http",
    "DOSQL_HTTP_PORT, 8081",
    "DOSQL_TENANTS_MODE, open",
    "DOSQL_TENANTS_NAMES, ../x",
    "DOSQL_TENANTS_SLEEP_AFTER, 10",
    "DOSQL_TENANTS_SLEEP_AFTER, 0s",
    "DOSQL_TENANTS_SLEEP_AFTER, 25h",
    "DOSQL_TENANTS_MAX_AWAKE, many",
    "DOSQL_DURABILITY, relaxed",
    "DOSQL_ROW_CHANGES, no",
    "DOSQL_LIMIT_STATEMENT_TIMEOUT, 11m",
    "DOSQL_LIMIT_WAITING_WRITERS, 0",
    "DOSQL_LIMIT_CONCURRENT_REQUESTS, 0",
    "DOSQL_LIMIT_DATABASE_BYTES, 1000",
    "DOSQL_LIMIT_RESULT_BYTES, 9999999999999",
    "DOSQL_AUTH, basic",
    "DOSQL_AUTH_JWKS_FILE, /no/such/file",
    "DOSQL_ADMIN_TOKEN_FILE, /no/such/file",
    "DOSQL_ARCHIVE, on",
    "DOSQL_ARCHIVE_INTERVAL, 99ms",
    "DOSQL_ARCHIVE_INTERVAL, 25h",
    "DOSQL_ARCHIVE_MAX_LAG, 1000",
    "DOSQL_ARCHIVE_SNAPSHOT_INTERVAL, 59s",
    "DOSQL_ARCHIVE_WINDOW, 59m",
    "DOSQL_ARCHIVE_ON_MAX_LAG, stopWrites",
    "DOSQL_STORE, ftp",
    "DOSQL_STORE, directory",
    "DOSQL_STORE, s3",
    "DOSQL_LOG_LEVEL, loud"
  })
  void badValue_isNamedWithWhatIsAllowed(String name, String value) {
    variables.put(name, value);
    assertThatThrownBy(() -> ConfigurationReader.read(variables))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("DOSQL_")
        .hasMessageContaining("It must be");
  }

  @ParameterizedTest
  @CsvSource({
    "DOSQL_STORE_S3_ENDPOINT, s3:9000",
    "DOSQL_STORE_S3_ENDPOINT, http://s3/path",
    "DOSQL_STORE_S3_ENDPOINT, http://user:pw@s3",
    "DOSQL_STORE_S3_BUCKET, A",
    "DOSQL_STORE_PREFIX, a/../b",
    "DOSQL_STORE_PREFIX, /a",
    "DOSQL_STORE_S3_CREDENTIALS_DIR, /no/such/folder"
  })
  void badStore_isNamedWithWhatIsAllowed(String name, String value) {
    variables.put("DOSQL_STORE", "s3");
    variables.put("DOSQL_STORE_S3_ENDPOINT", "http://s3:9000");
    variables.put("DOSQL_STORE_S3_BUCKET", "backups");
    variables.put("DOSQL_STORE_S3_CREDENTIALS_DIR", folder.toString());
    variables.put(name, value);
    assertThatThrownBy(() -> ConfigurationReader.read(variables))
        .hasMessageContaining(name + " is '" + value + "'");
  }

  @Test
  void allProblems_areToldAtOnce() {
    variables.remove("DOSQL_DATABASE");
    variables.put("DOSQL_HTTP_PORT", "x");
    variables.put("DOSQL_STORE", "s3");
    assertThatThrownBy(() -> ConfigurationReader.read(variables))
        .isInstanceOfSatisfying(
            InvalidConfigurationException.class,
            invalid -> assertThat(invalid.problems()).hasSize(5));
  }
}
