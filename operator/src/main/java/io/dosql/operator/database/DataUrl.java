package io.dosql.operator.database;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.PodEndpoints;
import java.net.URI;

/** Where clients find a database: by https if it has TLS. */
final class DataUrl {

  private DataUrl() {}

  static URI of(DoSQLDatabase database, PodEndpoints endpoints) {
    URI plain = endpoints.data(DatabaseKey.of(database));
    return database.getSpec().tls() == null
        ? plain
        : URI.create("https://%s:%d".formatted(plain.getHost(), plain.getPort()));
  }
}
