package io.dosql.crds;

import org.jspecify.annotations.Nullable;

/** Where in a store the backups of a database lie; pure names, shared by all who print them. */
public final class BackupLocations {

  /** Segments of letters, digits, '.', '_' and '-', none of which begins with a dot. */
  static final String PREFIX_PATTERN =
      "^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$";

  private BackupLocations() {}

  /** The folder of all that the database stores, without a slash at its ends. */
  public static String prefix(BackupStore store, String namespace, String database) {
    String given = givenPrefix(store);
    return given == null ? namespace + "/" + database : given;
  }

  /**
   * The store and folder as one readable address: {@code s3://BUCKET/PREFIX} or {@code
   * claim://CLAIM/PREFIX}.
   */
  public static String root(BackupStore store, String namespace, String database) {
    String prefix = prefix(store, namespace, database);
    if (store.s3() != null) {
      return "s3://" + store.s3().bucket() + "/" + prefix;
    }
    if (store.directory() != null) {
      return "claim://" + store.directory().claimName() + "/" + prefix;
    }
    throw new IllegalArgumentException("the store has neither s3 nor directory");
  }

  private static @Nullable String givenPrefix(BackupStore store) {
    if (store.s3() != null) {
      return store.s3().prefix();
    }
    return store.directory() == null ? null : store.directory().prefix();
  }
}
