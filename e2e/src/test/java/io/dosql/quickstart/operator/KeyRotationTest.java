package io.dosql.quickstart.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dosql.crds.DoSQLDatabase;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys, tokens and users as the cluster sees them, by the real operator. */
class KeyRotationTest {

  private static final String DATABASE =
      """
      apiVersion: dosql.io/v1alpha1
      kind: DoSQLDatabase
      metadata: {name: orders}
      spec:
        auth:
          rotation: {interval: 24h, overlap: 2h}
          users: [{name: ann, role: ro}]
          revokedKeys: [%s]
      """;

  @TempDir Path folder;

  /** The machine's time, and as much more as the test likes. */
  private static final class AheadClock extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private static String entry(Cluster cluster, String secret, String key) {
    Secret found = cluster.client.secrets().inNamespace("default").withName(secret).get();
    if (found == null || found.getData() == null || found.getData().get(key) == null) {
      return "";
    }
    return new String(Base64.getDecoder().decode(found.getData().get(key)), StandardCharsets.UTF_8);
  }

  /** The key that signed a token. */
  private static String keyOf(Cluster cluster, String secret) {
    String token = entry(cluster, secret, "token");
    if (token.isEmpty()) {
      return "";
    }
    String header =
        new String(
            Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.'))),
            StandardCharsets.UTF_8);
    return header.replaceAll(".*\"kid\":\"([^\"]+)\".*", "$1");
  }

  private static int keys(Cluster cluster) {
    return entry(cluster, "orders-keys", "jwks.json").split("\"kid\"", -1).length - 1;
  }

  @Test
  void secretOfAUserThatIsNoMore_losesItsToken_andHasANewOneWhenTheUserIsBack() throws Exception {
    try (Cluster cluster = new Cluster(folder, new AheadClock())) {
      cluster.startOperator();
      cluster.apply(DATABASE.formatted(""));
      cluster.runPod("orders");
      cluster.awaitReady(DoSQLDatabase.class, "orders");
      String token = entry(cluster, "orders-user-ann", "token");
      assertThat(token).isNotEmpty();

      cluster.apply(DATABASE.formatted("").replace("[{name: ann, role: ro}]", "[]"));
      await()
          .atMost(Cluster.PATIENCE)
          .until(() -> entry(cluster, "orders-user-ann", "token").isEmpty());
      Secret left =
          cluster.client.secrets().inNamespace("default").withName("orders-user-ann").get();
      assertThat(left.getData()).containsOnlyKeys("username");
      assertThat(entry(cluster, "orders-app", "token")).isNotEmpty();

      cluster.apply(DATABASE.formatted(""));
      await()
          .atMost(Cluster.PATIENCE)
          .until(() -> !entry(cluster, "orders-user-ann", "libsqlUrl").isEmpty());
      assertThat(keyOf(cluster, "orders-user-ann")).isEqualTo(keyOf(cluster, "orders-app"));
      assertThat(cluster.failedPasses()).isZero();
    }
  }

  @Test
  void certificateThatIsMissing_isACondition_untilItIsThere() throws Exception {
    try (Cluster cluster = new Cluster(folder, new AheadClock())) {
      cluster.startOperator();
      cluster.apply(
          DATABASE.formatted("").replace("spec:\n", "spec:\n  tls: {secretName: orders-tls}\n"));
      await()
          .atMost(Cluster.PATIENCE)
          .until(() -> condition(cluster, "Ready").equals("False/TlsSecretMissing"));
      assertThat(condition(cluster, "CertificateReady")).isEqualTo("False/TlsSecretMissing");
      cluster
          .client
          .resource(
              new SecretBuilder()
                  .withNewMetadata()
                  .withNamespace("default")
                  .withName("orders-tls")
                  .endMetadata()
                  .withData(Map.of("tls.crt", "bm90IG9uZQ==", "tls.key", "bm90IG9uZQ=="))
                  .build())
          .create();
      await()
          .atMost(Cluster.PATIENCE)
          .until(() -> condition(cluster, "CertificateReady").equals("False/CertificateInvalid"));
      assertThat(cluster.failedPasses()).isZero();
    }
  }

  private static String condition(Cluster cluster, String type) {
    return Conditions.brief(
        cluster
            .client
            .resources(DoSQLDatabase.class)
            .inNamespace("default")
            .withName("orders")
            .get(),
        type);
  }

  @Test
  void keys_areReplacedWithAnOverlap_andARevokedOneAtOnce() throws Exception {
    AheadClock clock = new AheadClock();
    try (Cluster cluster = new Cluster(folder, clock)) {
      cluster.startOperator();
      cluster.apply(DATABASE.formatted(""));
      cluster.runPod("orders");
      cluster.awaitReady(DoSQLDatabase.class, "orders");
      String first = keyOf(cluster, "orders-app");
      assertThat(keyOf(cluster, "orders-user-ann")).isEqualTo(first).isNotEmpty();
      assertThat(keys(cluster)).isEqualTo(1);

      clock.ahead = Duration.ofHours(24);
      cluster.touch("orders");
      await().atMost(Cluster.PATIENCE).until(() -> keys(cluster) == 2);
      assertThat(keyOf(cluster, "orders-app")).isEqualTo(first);

      clock.ahead = clock.ahead.plus(Duration.ofMinutes(6));
      cluster.touch("orders");
      await().atMost(Cluster.PATIENCE).until(() -> !keyOf(cluster, "orders-app").equals(first));
      String second = keyOf(cluster, "orders-app");
      await()
          .atMost(Cluster.PATIENCE)
          .until(() -> Objects.equals(keyOf(cluster, "orders-user-ann"), second));
      assertThat(entry(cluster, "orders-keys", "jwks.json")).contains(first, second);

      clock.ahead = clock.ahead.plus(Duration.ofHours(2));
      cluster.touch("orders");
      await().atMost(Cluster.PATIENCE).until(() -> keys(cluster) == 1);
      assertThat(entry(cluster, "orders-keys", "jwks.json")).contains(second);

      cluster.apply(DATABASE.formatted(second));
      await().atMost(Cluster.PATIENCE).until(() -> !keyOf(cluster, "orders-app").equals(second));
      assertThat(entry(cluster, "orders-keys", "jwks.json"))
          .contains(keyOf(cluster, "orders-app"))
          .doesNotContain(second);
      await()
          .atMost(Cluster.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(entry(cluster, "orders-auth", "policy.json"))
                      .contains("\"revokedKeys\":[\"" + second + "\"]", "\"ann\""));
      assertThat(cluster.failedPasses()).isZero();
    }
  }
}
