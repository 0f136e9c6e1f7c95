package io.dosql.quickstart;

import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.PodEndpoints;
import io.dosql.operator.pod.ServiceEndpoints;
import io.dosql.quickstart.runner.LoopbackPorts;
import java.net.URI;

/** Where the pods of databases are, on loopback: what Services and names are in a cluster. */
final class LocalEndpoints implements PodEndpoints {

  private final LoopbackPorts ports;

  LocalEndpoints(LoopbackPorts ports) {
    this.ports = ports;
  }

  @Override
  public URI admin(DatabaseKey database) {
    return uri(database, ServiceEndpoints.ADMIN_PORT);
  }

  @Override
  public URI data(DatabaseKey database) {
    return uri(database, ServiceEndpoints.DATA_PORT);
  }

  private URI uri(DatabaseKey database, int containerPort) {
    return URI.create("http://127.0.0.1:" + ports.get(owner(database, containerPort)));
  }

  static String owner(DatabaseKey database, int containerPort) {
    return LoopbackPorts.owner(database.namespace(), database.pod(), containerPort);
  }
}
