package io.dosql.operator.database;

import io.dosql.crds.AuthUser;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.pod.DatabaseKey;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The Secret {@code NAME-app}: all that an application needs to connect; and those of users, which
 * hold the same.
 */
final class AppSecret {

  private static final String USERNAME = "dosql";

  /** A Secret of its type must have this one, or a password. */
  private static final String USERNAME_ENTRY = "username";

  private AppSecret() {}

  static Secret build(DoSQLDatabase database, URI data, String token, String image) {
    return build(database, DatabaseKey.of(database).appSecret(), USERNAME, data, token, image);
  }

  /** The same for a user, labelled as such. */
  static Secret ofUser(
      DoSQLDatabase database, AuthUser user, URI data, String token, String image) {
    Secret secret = build(database, nameOf(database, user), user.name(), data, token, image);
    secret.getMetadata().getLabels().put(DatabaseLabels.USER, user.name());
    return secret;
  }

  /** Names of those Secrets of the database whose users are no more, and which hold a token. */
  static List<String> ofFormerUsers(DoSQLDatabase database, Collection<Secret> secrets) {
    Set<String> current =
        database.getSpec().auth().users().stream()
            .map(user -> nameOf(database, user))
            .collect(Collectors.toUnmodifiableSet());
    return secrets.stream()
        .filter(secret -> DatabaseLabels.isOwnedBy(database, secret))
        .filter(DatabaseLabels::isUsers)
        .filter(secret -> !current.contains(secret.getMetadata().getName()))
        .filter(secret -> !secretEntries(secret).isEmpty())
        .map(secret -> secret.getMetadata().getName())
        .sorted()
        .toList();
  }

  /** What a Secret of a former user must not hold any more; all but the name, which it needs. */
  static List<String> secretEntries(Secret secret) {
    return secret.getData() == null
        ? List.of()
        : secret.getData().keySet().stream()
            .filter(entry -> !entry.equals(USERNAME_ENTRY))
            .sorted()
            .toList();
  }

  private static String nameOf(DoSQLDatabase database, AuthUser user) {
    String chosen = user.secretName();
    return chosen == null ? DatabaseKey.of(database).userSecret(user.name()) : chosen;
  }

  private static Secret build(
      DoSQLDatabase database, String name, String username, URI data, String token, String image) {
    Map<String, String> entries = new TreeMap<>();
    entries.put("url", data.toString());
    entries.put("host", data.getHost());
    entries.put("port", Integer.toString(data.getPort()));
    entries.put("token", token);
    // For tools that know only names and passwords; the password is the token.
    entries.put(USERNAME_ENTRY, username);
    entries.put("password", token);
    entries.put("libsqlUrl", libsqlUrl(data, token));
    entries.replaceAll((key, value) -> DatabaseKeys.encode(value));
    return new SecretBuilder()
        .withMetadata(DatabaseLabels.owned(database, name, image))
        .withType("kubernetes.io/basic-auth")
        .withData(entries)
        .build();
  }

  /** One string that libSQL clients take: host, whether there is TLS, token. */
  private static String libsqlUrl(URI data, String token) {
    String tls = data.getScheme().equals("https") ? "" : "tls=0&";
    return "libsql://%s:%d?%sauthToken=%s".formatted(data.getHost(), data.getPort(), tls, token);
  }
}
