package io.dosql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.Encryption;
import io.dosql.crds.S3Credentials;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CredentialsTest {

  private static final S3Credentials REFERENCE = new S3Credentials("s3-access", "id", "key");

  private static Optional<String> reason(Secret secret) {
    return Credentials.check(REFERENCE, Optional.of(secret)).map(Problem::reason);
  }

  private static Secret secret(Map<String, String> data) {
    return new SecretBuilder().withData(data).build();
  }

  @Test
  void missingSecret_isNamed_withWhatItNeeds() {
    assertThat(Credentials.check(REFERENCE, Optional.empty()).orElseThrow())
        .isEqualTo(
            new Problem(
                "StoreSecretMissing",
                "The Secret s3-access does not exist; create it with the keys id and key. Backups"
                    + " then work by themselves."));
  }

  @Test
  void missingOrEmptyEntry_isNamed() {
    assertThat(reason(new SecretBuilder().build())).contains("StoreSecretKeyMissing");
    assertThat(reason(secret(Map.of("id", "YQ==")))).contains("StoreSecretKeyMissing");
    assertThat(reason(secret(Map.of("id", "YQ==", "key", "")))).contains("StoreSecretKeyMissing");
    assertThat(
            Credentials.check(REFERENCE, Optional.of(secret(Map.of("id", "YQ=="))))
                .orElseThrow()
                .message())
        .startsWith("The Secret s3-access has no entry key; add it");
  }

  @Test
  void bothEntries_areEnough() {
    assertThat(reason(secret(Map.of("id", "YQ==", "key", "Yg==", "other", "Yw==")))).isEmpty();
  }

  private static String keys(Map<String, String> entries) {
    Secret secret = new SecretBuilder().withData(entries).build();
    return Credentials.checkKeys(
            new Encryption(new Encryption.SecretRef("archive-keys")), Optional.of(secret))
        .map(problem -> problem.reason() + ": " + problem.message())
        .orElse("");
  }

  @Test
  void keysOfAnArchive_areTheOneThatIsActive_andTheOthers() {
    assertThat(keys(Map.of("active", "azEK", "k1", "AAAA"))).isEmpty();
    assertThat(keys(Map.of("active", "azI=", "k1", "AAAA")))
        .isEqualTo(
            "EncryptionKeyMissing: The Secret archive-keys has no entry k2, which its entry active"
                + " names; add the key.");
    assertThat(keys(Map.of("k1", "AAAA"))).contains("has no entry active");
    assertThat(
            Credentials.checkKeys(
                    new Encryption(new Encryption.SecretRef("archive-keys")), Optional.empty())
                .orElseThrow()
                .reason())
        .isEqualTo("EncryptionSecretMissing");
  }
}
