package io.dosql.operator.database;

import static io.dosql.operator.testing.Databases.database;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.crds.Auth;
import io.dosql.crds.AuthRole;
import io.dosql.crds.AuthUser;
import io.dosql.crds.OidcIssuer;
import io.dosql.crds.RequestLimits;
import io.dosql.crds.ServiceAccountGrant;
import io.dosql.crds.SubjectGrant;
import io.dosql.crds.Tls;
import io.dosql.operator.database.DatabaseKeys.InvalidKeysException;
import io.dosql.operator.pod.EngineImages;
import io.dosql.operator.pod.ServiceEndpoints;
import io.dosql.operator.testing.Databases;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What {@code spec.auth}, {@code spec.tls} and {@code spec.limits} become. */
class AuthOfADatabaseTest {

  private static final DatabaseKeys KEYS = DatabaseKeys.generate(new SecureRandom());
  private static final Auth EVERYBODY =
      new Auth(
          null,
          List.of(
              new AuthUser("ann", AuthRole.ro, List.of("eu-*"), null),
              new AuthUser("bob", null, null, "bobs-secret")),
          List.of("k1"),
          List.of("t1"),
          new OidcIssuer(
              "https://login.example",
              null,
              null,
              "role",
              null,
              List.of(new SubjectGrant("c*", AuthRole.admin, null))),
          List.of(
              new ServiceAccountGrant(null, "web", AuthRole.rw, List.of("main")),
              new ServiceAccountGrant("other", "jobs", null, null)),
          null);

  private static List<HasMetadata> objects(Databases database) throws InvalidKeysException {
    return new DesiredObjects(new EngineImages("engine:default"), new ServiceEndpoints())
        .of(database.build(), KEYS, Optional.empty());
  }

  private static Map<String, String> secret(Databases database, String name)
      throws InvalidKeysException {
    Secret secret =
        objects(database).stream()
            .filter(object -> object instanceof Secret)
            .map(Secret.class::cast)
            .filter(found -> found.getMetadata().getName().equals(name))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no Secret " + name));
    return secret.getData().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> decode(entry.getValue())));
  }

  private static String decode(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  private static JsonNode policy(Databases database) throws InvalidKeysException, IOException {
    return new ObjectMapper()
        .readTree(secret(database, "orders-auth").getOrDefault("policy.json", ""));
  }

  private static PodSpec pod(Databases database) throws InvalidKeysException {
    StatefulSet set = (StatefulSet) objects(database).getLast();
    return set.getSpec().getTemplate().getSpec();
  }

  private static Map<String, String> environment(Databases database) throws InvalidKeysException {
    Container engine = pod(database).getContainers().getFirst();
    return engine.getEnv().stream().collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }

  @Test
  void withoutAuth_thePolicyIsThatNobodyElseIsTrusted() throws Exception {
    assertThat(policy(database()))
        .isEqualTo(
            new ObjectMapper()
                .readTree("{\"users\":[],\"issuers\":[],\"revokedKeys\":[],\"revokedTokens\":[]}"));
    assertThat(environment(database()))
        .containsEntry("DOSQL_AUTH_POLICY_FILE", "/etc/dosql/keys/policy.json");
  }

  @Test
  void eachUser_hasASecretOfItsOwnWithATokenOfItsOwn() throws Exception {
    Map<String, String> ann = secret(database().auth(EVERYBODY), "orders-user-ann");
    Map<String, String> bob = secret(database().auth(EVERYBODY), "bobs-secret");
    assertThat(ann).containsEntry("username", "ann").containsKeys("url", "libsqlUrl", "password");
    assertThat(payload(ann).path("sub").asText()).isEqualTo("dosql:user:ann");
    assertThat(payload(bob).path("sub").asText()).isEqualTo("dosql:user:bob");
    assertThat(payload(ann).path("aud").asText()).isEqualTo("shop/orders");
    // Rights are in the policy alone.
    assertThat(payload(ann).has("a") || payload(ann).has("role")).isFalse();
    assertThat(policy(database().auth(EVERYBODY)).path("users").toString())
        .isEqualTo(
            "[{\"name\":\"ann\",\"role\":\"ro\",\"tenants\":[\"eu-*\"]},"
                + "{\"name\":\"bob\",\"role\":\"rw\"}]");
  }

  private static JsonNode payload(Map<String, String> secret) throws IOException {
    String token = secret.getOrDefault("token", "");
    return new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]));
  }

  @Test
  void otherIssuers_areInThePolicyWithTheirSubjects() throws Exception {
    JsonNode issuers = policy(database().auth(EVERYBODY)).path("issuers");
    assertThat(issuers.get(0).toString())
        .isEqualTo(
            "{\"issuer\":\"https://login.example\",\"audiences\":[\"shop/orders\"],"
                + "\"roleClaim\":\"role\",\"subjects\":[{\"subject\":\"c*\",\"role\":\"admin\"}]}");
    JsonNode cluster = issuers.get(1);
    assertThat(cluster.path("issuer").asText())
        .isEqualTo("https://kubernetes.default.svc.cluster.local");
    assertThat(cluster.path("subjects").toString())
        .isEqualTo(
            "[{\"subject\":\"system:serviceaccount:shop:web\",\"role\":\"rw\",\"tenants\":[\"main\"]},"
                + "{\"subject\":\"system:serviceaccount:other:jobs\",\"role\":\"rw\"}]");
    assertThat(policy(database().auth(EVERYBODY)).path("revokedKeys").toString())
        .isEqualTo("[\"k1\"]");
    assertThat(policy(database().auth(EVERYBODY)).path("revokedTokens").toString())
        .isEqualTo("[\"t1\"]");
  }

  @Test
  void tokenForTheCluster_isMountedOnlyWhereServiceAccountsAreTrusted() throws Exception {
    assertThat(pod(database()).getVolumes()).extracting(Volume::getName).doesNotContain("cluster");
    PodSpec pod = pod(database().auth(EVERYBODY));
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getVolumes())
        .filteredOn(volume -> volume.getName().equals("cluster"))
        .singleElement()
        .satisfies(
            volume -> {
              var sources = volume.getProjected().getSources();
              assertThat(sources.get(0).getServiceAccountToken().getPath()).isEqualTo("token");
              assertThat(sources.get(1).getConfigMap().getName()).isEqualTo("kube-root-ca.crt");
            });
  }

  @Test
  void tls_isOnThePort_inTheProbes_andInWhatApplicationsAreTold() throws Exception {
    Databases database = database().tls(new Tls("orders-tls", "1.2"));
    assertThat(environment(database))
        .containsEntry("DOSQL_TLS_DIRECTORY", "/etc/dosql/tls")
        .containsEntry("DOSQL_TLS_MIN_VERSION", "1.2");
    assertThat(pod(database).getVolumes())
        .filteredOn(volume -> volume.getName().equals("tls"))
        .singleElement()
        .satisfies(
            volume -> assertThat(volume.getSecret().getSecretName()).isEqualTo("orders-tls"));
    Container engine = pod(database).getContainers().getFirst();
    assertThat(
            List.of(
                engine.getStartupProbe(), engine.getReadinessProbe(), engine.getLivenessProbe()))
        .allSatisfy(probe -> assertThat(probe.getHttpGet().getScheme()).isEqualTo("HTTPS"));
    Map<String, String> app = secret(database, "orders-app");
    assertThat(app)
        .containsEntry("url", "https://orders-rw.shop.svc:8080")
        .containsEntry(
            "libsqlUrl",
            "libsql://orders-rw.shop.svc:8080?authToken=" + app.getOrDefault("token", ""));
    Container plain = pod(database()).getContainers().getFirst();
    assertThat(plain.getReadinessProbe().getHttpGet().getScheme()).isNull();
  }

  @Test
  void rates_areTheEngines() throws Exception {
    assertThat(environment(database().limits(new RequestLimits(100L, null, 7L))))
        .containsEntry("DOSQL_RATE", "100")
        .containsEntry("DOSQL_RATE_PER_TOKEN", "7")
        .doesNotContainKey("DOSQL_RATE_PER_TENANT");
  }

  @Test
  void secretsOfUsersThatAreNoMore_areFoundAsLongAsTheyHoldAToken() throws Exception {
    List<Secret> secrets =
        objects(database().auth(EVERYBODY)).stream()
            .filter(object -> object instanceof Secret)
            .map(Secret.class::cast)
            .toList();
    assertThat(AppSecret.ofFormerUsers(database().auth(EVERYBODY).build(), secrets)).isEmpty();
    assertThat(AppSecret.ofFormerUsers(database().build(), secrets))
        .containsExactly("bobs-secret", "orders-user-ann");
    // A user whose Secret has another name now has left one behind, too.
    Auth renamed =
        new Auth(
            null,
            List.of(
                new AuthUser("ann", AuthRole.ro, List.of("eu-*"), "anns-secret"),
                new AuthUser("bob", null, null, "bobs-secret")),
            null,
            null,
            null,
            null,
            null);
    assertThat(AppSecret.ofFormerUsers(database().auth(renamed).build(), secrets))
        .containsExactly("orders-user-ann");
    assertThat(AppSecret.ofFormerUsers(database().name("other").build(), List.of())).isEmpty();
    Secret emptied = new SecretBuilder(secrets.get(1)).withData(Map.of("username", "YW5u")).build();
    assertThat(AppSecret.ofFormerUsers(database().build(), List.of(emptied))).isEmpty();
    Secret others =
        new SecretBuilder(secrets.get(1))
            .editMetadata()
            .editFirstOwnerReference()
            .withUid("another")
            .endOwnerReference()
            .endMetadata()
            .build();
    assertThat(AppSecret.ofFormerUsers(database().build(), List.of(others))).isEmpty();
  }

  @Test
  void usersSecret_takesNobodyElsesPlace() throws Exception {
    Databases database = database().auth(EVERYBODY);
    List<HasMetadata> secrets =
        objects(database).stream().filter(object -> object instanceof Secret).toList();
    HasMetadata app = secrets.get(0);
    HasMetadata ann = secrets.get(1);
    HasMetadata bob = secrets.get(2);
    assertThat(DatabaseLabels.isAnothers(ann, ann)).isFalse();
    assertThat(DatabaseLabels.isAnothers(ann, bob)).isTrue();
    assertThat(DatabaseLabels.isAnothers(ann, app)).isTrue();
    assertThat(DatabaseLabels.isAnothers(app, app)).isFalse();
    HasMetadata otherDatabases =
        objects(database().name("other").auth(EVERYBODY)).stream()
            .filter(object -> object.getMetadata().getName().equals("bobs-secret"))
            .findFirst()
            .orElseThrow();
    assertThat(DatabaseLabels.isAnothers(bob, otherDatabases)).isTrue();
  }
}
