package io.dosql.operator.database;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.ServiceEndpoints;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;

/** The Services of a database. */
final class DatabaseServices {

  private DatabaseServices() {}

  /** {@code NAME-rw}, for clients. */
  static Service clients(DoSQLDatabase database, String image) {
    return new ServiceBuilder()
        .withMetadata(
            DatabaseLabels.owned(database, DatabaseKey.of(database).clientService(), image))
        .withNewSpec()
        .withType("ClusterIP")
        .withSelector(DatabaseLabels.selector(database))
        .withPorts(port(EngineContainer.HTTP_PORT_NAME, ServiceEndpoints.DATA_PORT))
        .endSpec()
        .build();
  }

  /**
   * {@code NAME-pods}, headless: gives the pod a name of its own. It resolves before the pod is
   * ready, because the operator wants to hear from the pod then most of all.
   */
  static Service pods(DoSQLDatabase database, String image) {
    return new ServiceBuilder()
        .withMetadata(DatabaseLabels.owned(database, DatabaseKey.of(database).podsService(), image))
        .withNewSpec()
        .withType("ClusterIP")
        .withClusterIP("None")
        .withPublishNotReadyAddresses(true)
        .withSelector(DatabaseLabels.selector(database))
        .withPorts(
            port(EngineContainer.HTTP_PORT_NAME, ServiceEndpoints.DATA_PORT),
            port(EngineContainer.ADMIN_PORT_NAME, ServiceEndpoints.ADMIN_PORT))
        .endSpec()
        .build();
  }

  private static ServicePort port(String name, int port) {
    return new ServicePortBuilder()
        .withName(name)
        .withProtocol("TCP")
        .withPort(port)
        .withTargetPort(new IntOrString(name))
        .build();
  }
}
