package io.dosql.operator.pod;

import io.dosql.crds.DoSQLDatabase;

/** Names a database, and everything that is named after it. */
public record DatabaseKey(String namespace, String name) {

  public static DatabaseKey of(DoSQLDatabase database) {
    return new DatabaseKey(database.getMetadata().getNamespace(), database.getMetadata().getName());
  }

  /** {@code NAMESPACE/NAME}: how the engine knows itself, and the audience of tokens. */
  public String qualifiedName() {
    return namespace + "/" + name;
  }

  /** The Service for clients. */
  public String clientService() {
    return name + "-rw";
  }

  /** The headless Service that gives the pod its name. */
  public String podsService() {
    return name + "-pods";
  }

  /** The Secret for applications. */
  public String appSecret() {
    return name + "-app";
  }

  /** The Secret that tells the pod whom else to trust. */
  public String authSecret() {
    return name + "-auth";
  }

  /** The Secret of a user, unless the user has another. */
  public String userSecret(String user) {
    return name + "-user-" + user;
  }

  /** The Secret with the signing key and the admin token. */
  public String keysSecret() {
    return name + "-keys";
  }

  public String pod() {
    return name + "-0";
  }

  /** The claim that the StatefulSet makes for the pod's data volume. */
  public String dataClaim() {
    return "data-" + pod();
  }

  @Override
  public String toString() {
    return qualifiedName();
  }
}
