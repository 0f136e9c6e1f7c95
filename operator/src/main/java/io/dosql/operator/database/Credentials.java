package io.dosql.operator.database;

import io.dosql.crds.S3Credentials;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Optional;

/** Whether the Secret with the store's access key is there; pure. */
final class Credentials {

  private Credentials() {}

  /** What is missing; empty when nothing is. */
  static Optional<Problem> check(S3Credentials reference, Optional<Secret> secret) {
    if (secret.isEmpty()) {
      return Optional.of(
          new Problem(
              "StoreSecretMissing",
              "The Secret %s does not exist; create it with the keys %s and %s. Backups then work by"
                      .formatted(
                          reference.name(),
                          reference.accessKeyIdKey(),
                          reference.secretAccessKeyKey())
                  + " themselves."));
    }
    return missingKey(reference, secret.get(), reference.accessKeyIdKey())
        .or(() -> missingKey(reference, secret.get(), reference.secretAccessKeyKey()));
  }

  private static Optional<Problem> missingKey(S3Credentials reference, Secret secret, String key) {
    String value = secret.getData() == null ? null : secret.getData().get(key);
    return value != null && !value.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                "StoreSecretKeyMissing",
                "The Secret %s has no entry %s; add it, or name another under"
                        .formatted(reference.name(), key)
                    + " backup.store.s3.secretRef."));
  }
}
