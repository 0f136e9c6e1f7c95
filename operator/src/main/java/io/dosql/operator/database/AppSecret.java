package io.dosql.operator.database;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.pod.DatabaseKey;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;

/** The Secret {@code NAME-app}: all that an application needs to connect. */
final class AppSecret {

  private static final String USERNAME = "dosql";

  private AppSecret() {}

  static Secret build(DoSQLDatabase database, URI data, String token, String image) {
    Map<String, String> entries = new TreeMap<>();
    entries.put("url", data.toString());
    entries.put("host", data.getHost());
    entries.put("port", Integer.toString(data.getPort()));
    entries.put("token", token);
    // For tools that know only names and passwords; the password is the token.
    entries.put("username", USERNAME);
    entries.put("password", token);
    entries.put("libsqlUrl", libsqlUrl(data, token));
    entries.replaceAll((key, value) -> DatabaseKeys.encode(value));
    return new SecretBuilder()
        .withMetadata(DatabaseLabels.owned(database, DatabaseKey.of(database).appSecret(), image))
        .withType("kubernetes.io/basic-auth")
        .withData(entries)
        .build();
  }

  /** One string that libSQL clients take: host, no TLS, token. */
  private static String libsqlUrl(URI data, String token) {
    return "libsql://%s:%d?tls=0&authToken=%s".formatted(data.getHost(), data.getPort(), token);
  }
}
