package io.dosql.operator.database;

import static io.dosql.operator.testing.Databases.database;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.database.DatabaseKeys.InvalidKeysException;
import io.dosql.operator.pod.EngineImages;
import io.dosql.operator.pod.ServiceEndpoints;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DesiredObjectsTest {

  private static final DatabaseKeys KEYS = DatabaseKeys.generate(new SecureRandom());
  private final DesiredObjects objects =
      new DesiredObjects(new EngineImages("engine:default"), new ServiceEndpoints());

  private List<HasMetadata> of(DoSQLDatabase database) throws InvalidKeysException {
    return objects.of(database, KEYS, Optional.empty());
  }

  @Test
  void everyObject_isNamedAfterTheDatabase_ownedByIt_andLabelled() throws InvalidKeysException {
    List<HasMetadata> all = of(database().build());
    assertThat(all)
        .extracting(object -> object.getKind() + " " + object.getMetadata().getName())
        .containsExactly(
            "ServiceAccount orders",
            "Service orders-pods",
            "Service orders-rw",
            "Secret orders-app",
            "Secret orders-auth",
            "PodDisruptionBudget orders",
            "StatefulSet orders");
    assertThat(all)
        .allSatisfy(
            object -> {
              assertThat(object.getMetadata().getNamespace()).isEqualTo("shop");
              assertThat(DatabaseLabels.isOwnedBy(database().build(), object)).isTrue();
              assertThat(object.getMetadata().getLabels())
                  .containsOnlyKeys(
                      "app.kubernetes.io/name",
                      "app.kubernetes.io/instance",
                      "app.kubernetes.io/version",
                      "app.kubernetes.io/component",
                      "app.kubernetes.io/part-of",
                      "app.kubernetes.io/managed-by",
                      "dosql.io/database");
            });
  }

  @Test
  void sameDatabase_givesTheSameObjects() throws InvalidKeysException {
    assertThat(of(database().build())).isEqualTo(of(database().build()));
  }

  @Test
  void image_isTheDatabasesOwn_orTheDefault() {
    assertThat(new EngineImages("engine:default").of(database().build()))
        .isEqualTo("engine:default");
    assertThat(new EngineImages("engine:default").of(database().image("engine:own").build()))
        .isEqualTo("engine:own");
    assertThatThrownBy(() -> new EngineImages(" ")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void serviceAccount_hasNoToken() throws InvalidKeysException {
    assertThat(
            ((ServiceAccount) of(database().build()).getFirst()).getAutomountServiceAccountToken())
        .isFalse();
  }

  @Test
  void appSecret_hasAllThatAnApplicationNeeds() throws InvalidKeysException {
    Secret secret = (Secret) of(database().build()).get(3);
    Map<String, String> entries =
        secret.getData().entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    entry ->
                        new String(
                            Base64.getDecoder().decode(entry.getValue()), StandardCharsets.UTF_8)));
    String token = entries.getOrDefault("token", "");
    assertThat(secret.getType()).isEqualTo("kubernetes.io/basic-auth");
    assertThat(token).matches("[\\w-]+\\.[\\w-]+\\.[\\w-]+");
    assertThat(entries)
        .containsOnly(
            Map.entry("url", "http://orders-rw.shop.svc:8080"),
            Map.entry("host", "orders-rw.shop.svc"),
            Map.entry("port", "8080"),
            Map.entry("token", token),
            Map.entry("username", "dosql"),
            Map.entry("password", token),
            Map.entry("libsqlUrl", "libsql://orders-rw.shop.svc:8080?tls=0&authToken=" + token));
  }
}
