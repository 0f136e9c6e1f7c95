package io.dosql.operator.podspec;

import io.dosql.crds.BackupLocations;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.BackupStore;
import io.dosql.crds.BootstrapSource;
import io.dosql.crds.Encryption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A store as a pod uses it: what it is called there.
 *
 * @param role its own, or one to bootstrap from
 * @param prefix folder of the database's objects
 * @param encryption the keys, if what is stored is encrypted
 */
public record StoreUse(
    Role role, BackupStore store, String prefix, @Nullable Encryption encryption) {

  /** Which of a pod's stores it is; the two can be there side by side. */
  public enum Role {
    OWN("DOSQL_STORE", "", "/backups"),
    SOURCE("DOSQL_SOURCE_STORE", "source-", "/source");

    private final String variable;
    private final String volumePrefix;
    private final String directoryPath;

    Role(String variable, String volumePrefix, String directoryPath) {
      this.variable = variable;
      this.volumePrefix = volumePrefix;
      this.directoryPath = directoryPath;
    }

    /** The variable that says of what kind the store is; all others begin with it. */
    String variable() {
      return variable;
    }

    String volumePrefix() {
      return volumePrefix;
    }

    /** Where the claim of a directory store is mounted. */
    public String directoryPath() {
      return directoryPath;
    }

    /** Holds accessKeyId and secretAccessKey. */
    public String credentialsPath() {
      return "/etc/dosql/" + volumePrefix + "s3";
    }

    /** Holds the keys, and the file {@code active}. */
    public String encryptionPath() {
      return "/etc/dosql/" + volumePrefix + "encryption";
    }
  }

  /** The database's own store; none without a policy. */
  public static List<StoreUse> own(
      @Nullable BackupPolicy policy, String namespace, String database) {
    return policy == null
        ? List.of()
        : List.of(
            new StoreUse(
                Role.OWN,
                policy.store(),
                BackupLocations.prefix(policy.store(), namespace, database),
                policy.encryption()));
  }

  /**
   * The store to bootstrap from.
   *
   * @param namespace of the new database
   */
  public static StoreUse source(BootstrapSource source, String namespace) {
    return new StoreUse(Role.SOURCE, source.store(), source.prefix(namespace), source.encryption());
  }
}
