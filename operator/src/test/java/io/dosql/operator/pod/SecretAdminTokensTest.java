package io.dosql.operator.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.util.Map;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class SecretAdminTokensTest {

  private static final DatabaseKey DATABASE = new DatabaseKey("shop", "orders");

  // The extension sets it before each test.
  @SuppressWarnings("NullAway.Init")
  KubernetesClient client;

  private void keep(Map<String, String> data) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("orders-keys")
                .endMetadata()
                .withData(data)
                .build())
        .createOr(resource -> resource.update());
  }

  @Test
  void token_isReadOnce_andAnewWhenForgotten() {
    SecretAdminTokens tokens = new SecretAdminTokens(client);
    assertThat(tokens.current(DATABASE)).isEmpty();
    keep(Map.of("admin-token", "b25l"));
    assertThat(tokens.current(DATABASE)).contains("one");
    keep(Map.of("admin-token", "dHdv"));
    assertThat(tokens.current(DATABASE)).contains("one");
    tokens.forget(DATABASE);
    assertThat(tokens.current(DATABASE)).contains("two");
  }

  @Test
  void secretWithoutAUsableToken_hasNone() {
    SecretAdminTokens tokens = new SecretAdminTokens(client);
    keep(Map.of("other", "b25l"));
    assertThat(tokens.current(DATABASE)).isEmpty();
    keep(Map.of("admin-token", "%not base64%"));
    assertThat(tokens.current(DATABASE)).isEmpty();
  }
}
