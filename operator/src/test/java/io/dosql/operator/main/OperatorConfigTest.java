package io.dosql.operator.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.env.PropertySource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorConfigTest {

  /** The configuration as {@code application.yml} makes it of an environment. */
  private static OperatorConfig config(Map<String, String> environment) {
    Map<String, Object> properties = new HashMap<>(environment);
    try (ApplicationContext context =
        ApplicationContext.builder()
            .environmentPropertySource(false)
            .propertySources(PropertySource.of("test", properties))
            .start()) {
      return context.getBean(OperatorSettings.class).config();
    }
  }

  @Test
  void environmentOfTheChart_isUnderstood() {
    OperatorConfig config =
        config(
            Map.of(
                "DOSQL_DATABASE_IMAGE", "registry.example/pod:1",
                "DOSQL_WATCH_NAMESPACES", "shop, crm,",
                "DOSQL_OPERATOR_NAMESPACE", "tools",
                "DOSQL_OPERATOR_POD", "operator-7d9",
                "DOSQL_LEASE_NAME", "db-dosql-operator"));
    assertThat(config.databaseImage()).isEqualTo("registry.example/pod:1");
    assertThat(config.watchNamespaces()).containsExactlyInAnyOrder("shop", "crm");
    assertThat(config.leadership())
        .contains(new OperatorConfig.Leadership("tools", "db-dosql-operator", "operator-7d9"));
    assertThat(config.ownsProcess()).isTrue();
    assertThat(config.reconcileThreads()).isEqualTo(8);
  }

  @Test
  void withoutANamespace_thereIsNoLeaderElection_andAllAreWatched() {
    OperatorConfig config = config(Map.of("DOSQL_DATABASE_IMAGE", "pod:1"));
    assertThat(config.leadership()).isEmpty();
    assertThat(config.watchNamespaces()).isEmpty();
  }

  @Test
  void missingImage_saysWhatToSet() {
    assertThatThrownBy(() -> config(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("set DOSQL_DATABASE_IMAGE");
  }

  @Test
  void leaderElectionWithoutAName_saysWhatToSet() {
    assertThatThrownBy(
            () -> config(Map.of("DOSQL_DATABASE_IMAGE", "p", "DOSQL_OPERATOR_NAMESPACE", "tools")))
        .hasMessageContaining("DOSQL_OPERATOR_POD is empty");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "257"})
  void threadsOutOfRange_areRefused(String threads) {
    assertThatThrownBy(
            () -> config(Map.of("DOSQL_DATABASE_IMAGE", "p", "DOSQL_RECONCILE_THREADS", threads)))
        .hasMessageContaining("DOSQL_RECONCILE_THREADS is " + threads);
  }

  @Test
  void embeddedOperator_neverEndsItsProcess() {
    assertThat(OperatorConfig.embedded("p").ownsProcess()).isFalse();
  }
}
