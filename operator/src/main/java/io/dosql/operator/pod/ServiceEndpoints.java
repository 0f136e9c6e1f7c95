package io.dosql.operator.pod;

import java.net.URI;

/** The names that the cluster's DNS gives to the Services that the operator makes. */
public final class ServiceEndpoints implements PodEndpoints {

  public static final int DATA_PORT = 8080;
  public static final int ADMIN_PORT = 8081;

  @Override
  public URI admin(DatabaseKey database) {
    return URI.create(
        "http://%s.%s.%s.svc:%d"
            .formatted(database.pod(), database.podsService(), database.namespace(), ADMIN_PORT));
  }

  @Override
  public URI data(DatabaseKey database) {
    return URI.create(
        "http://%s.%s.svc:%d".formatted(database.clientService(), database.namespace(), DATA_PORT));
  }
}
