package io.dosql.operator.database;

import io.dosql.crds.Encryption;
import io.dosql.crds.S3Credentials;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** Whether the Secrets that the store needs are there, and what they need to hold; pure. */
final class Credentials {

  private static final String ACTIVE_KEY = "active";

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

  /** Whether the Secret with the keys of an encrypted archive can be used; what is not in it. */
  static Optional<Problem> checkKeys(Encryption encryption, Optional<Secret> secret) {
    String name = encryption.secretRef().name();
    if (secret.isEmpty()) {
      return Optional.of(
          new Problem(
              "EncryptionSecretMissing",
              ("The Secret %s, with the keys of the archive, does not exist; restore it from your"
                      + " copy. Nothing is stored, and nothing can be restored, before.")
                  .formatted(name)));
    }
    Map<String, String> entries =
        secret.get().getData() == null ? Map.of() : secret.get().getData();
    String active = entries.get(ACTIVE_KEY);
    String key =
        active == null
            ? ""
            : new String(Base64.getMimeDecoder().decode(active), StandardCharsets.UTF_8).strip();
    if (key.isEmpty()) {
      return Optional.of(
          new Problem(
              "EncryptionKeyMissing",
              "The Secret %s has no entry %s; let it name the key for what is stored from now on."
                  .formatted(name, ACTIVE_KEY)));
    }
    return entries.containsKey(key)
        ? Optional.empty()
        : Optional.of(
            new Problem(
                "EncryptionKeyMissing",
                "The Secret %s has no entry %s, which its entry %s names; add the key."
                    .formatted(name, key, ACTIVE_KEY)));
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
