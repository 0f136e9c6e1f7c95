package io.dosql.operator.database;

import static io.dosql.operator.testing.Databases.database;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLDatabase;
import io.fabric8.kubernetes.api.model.Service;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DatabaseServicesTest {

  private static final DoSQLDatabase DATABASE = database().build();

  private static String ports(Service service) {
    return String.join(
        ", ",
        service.getSpec().getPorts().stream()
            .map(
                port ->
                    port.getName() + " " + port.getPort() + "->" + port.getTargetPort().getStrVal())
            .toList());
  }

  @Test
  void clientsReachTheDataPortOnly() {
    Service service = DatabaseServices.clients(DATABASE, "engine:1");
    assertThat(service.getMetadata().getName()).isEqualTo("orders-rw");
    assertThat(service.getSpec().getType()).isEqualTo("ClusterIP");
    assertThat(service.getSpec().getClusterIP()).isNull();
    assertThat(ports(service)).isEqualTo("http 8080->http");
  }

  @Test
  void headlessService_namesThePod_alsoBeforeItIsReady() {
    Service service = DatabaseServices.pods(DATABASE, "engine:1");
    assertThat(service.getMetadata().getName()).isEqualTo("orders-pods");
    assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
    assertThat(service.getSpec().getPublishNotReadyAddresses()).isTrue();
    assertThat(ports(service)).isEqualTo("http 8080->http, admin 8081->admin");
  }

  @Test
  void both_selectThePod() {
    var labels =
        EngineStatefulSet.build(DATABASE, "engine:1", Optional.empty())
            .getSpec()
            .getTemplate()
            .getMetadata()
            .getLabels();
    assertThat(labels)
        .containsAllEntriesOf(
            DatabaseServices.clients(DATABASE, "engine:1").getSpec().getSelector())
        .containsAllEntriesOf(DatabaseServices.pods(DATABASE, "engine:1").getSpec().getSelector());
  }
}
