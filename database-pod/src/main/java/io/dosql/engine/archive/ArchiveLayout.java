package io.dosql.engine.archive;

import io.dosql.engine.archive.store.ObjectKeys;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The map of a backup store: which object lies under which key. Pure.
 *
 * <pre>
 *  PREFIX/lines/LINE/tenants/TENANT/0009/0000000000000001-LSN.ltx   on S3
 *  PREFIX/lines/LINE/tenants/TENANT/ltx/9/0000000000000001-LSN.ltx  in a directory
 *  PREFIX/backups/NAME/tenants/TENANT.json                          manifest of a tenant
 *  PREFIX/backups/NAME/objects.json                                 the snapshots it needs
 *  PREFIX/backups/NAME/backup.json                                  written last
 *  PREFIX/pre-restore-backups/ID/…                                  as in backups/NAME
 * </pre>
 *
 * The level folder (9: full snapshots) differs as Litestream wants it, so that its stock program
 * reads {@code PREFIX/lines/LINE/tenants/TENANT} as a replica of that tenant. LSN is 16 lower-case
 * hex digits. Manifests have a folder of their own, or a tenant called {@code backup} would be
 * taken for the backup itself.
 *
 * <p>"Key" here is relative to the prefix, so that a store can be copied elsewhere as a whole; only
 * {@link #absolute} adds the prefix.
 */
public final class ArchiveLayout {

  private static final Pattern LINE = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
  private static final Pattern TENANT = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final Pattern SNAPSHOT =
      Pattern.compile(
          "lines/(?<line>[^/]+)/tenants/(?<tenant>[^/]+)/(0009|ltx/9)/"
              + "0{15}1-(?<lsn>[0-9a-f]{16})\\.ltx");
  private static final String MANIFESTS = "tenants/";
  private static final String MANIFEST_END = ".json";

  private final String prefix;
  private final String levelFolder;

  private ArchiveLayout(String prefix, String levelFolder) {
    this.prefix = prefix.isEmpty() ? "" : ObjectKeys.check(prefix) + "/";
    this.levelFolder = levelFolder;
  }

  /** {@code prefix}: empty, or folders joined by slashes. */
  public static ArchiveLayout forS3(String prefix) {
    return new ArchiveLayout(prefix, "0009");
  }

  /** {@code prefix}: empty, or folders joined by slashes. */
  public static ArchiveLayout forDirectory(String prefix) {
    return new ArchiveLayout(prefix, "ltx/9");
  }

  /** The key in the object store. */
  public String absolute(String key) {
    return prefix + key;
  }

  /** The full snapshot of a tenant at an LSN, from 1. */
  public String snapshot(String line, String tenant, long lsn) {
    if (lsn < 1) {
      throw new IllegalArgumentException("there is no snapshot at LSN " + lsn);
    }
    return "%s/%s/%016x-%016x.ltx".formatted(replica(line, tenant), levelFolder, 1, lsn);
  }

  /** The folder that Litestream takes for a replica. */
  public String replica(String line, String tenant) {
    return "lines/%s/tenants/%s".formatted(checkLine(line), checkTenant(tenant));
  }

  /** Where a probe of the store may leave an empty object. */
  public String probe() {
    return ".probe";
  }

  String sets(BackupSet.Kind kind) {
    return kind.folder() + "/";
  }

  String folder(BackupSet set) {
    return set + "/";
  }

  String summary(BackupSet set) {
    return set + "/backup.json";
  }

  String objects(BackupSet set) {
    return set + "/objects.json";
  }

  String manifests(BackupSet set) {
    return set + "/" + MANIFESTS;
  }

  String manifest(BackupSet set, String tenant) {
    return manifests(set) + checkTenant(tenant) + MANIFEST_END;
  }

  /** The tenant whose manifest lies under an absolute key, if it is one of the set. */
  Optional<String> tenantOfManifest(BackupSet set, String absoluteKey) {
    String folder = absolute(manifests(set));
    if (!absoluteKey.startsWith(folder) || !absoluteKey.endsWith(MANIFEST_END)) {
      return Optional.empty();
    }
    String tenant =
        absoluteKey.substring(folder.length(), absoluteKey.length() - MANIFEST_END.length());
    return Optional.of(tenant).filter(name -> TENANT.matcher(name).matches());
  }

  /** The tenant whose snapshot a key is, if it is one. */
  static Optional<String> tenantOfSnapshot(String key) {
    Matcher matcher = SNAPSHOT.matcher(key);
    return matcher.matches() ? Optional.of(matcher.group("tenant")) : Optional.empty();
  }

  /** Whether {@code key} is the snapshot of that tenant, line and LSN, in any kind of store. */
  static boolean isSnapshot(String key, String line, String tenant, long lsn) {
    Matcher matcher = SNAPSHOT.matcher(key);
    return matcher.matches()
        && matcher.group("line").equals(line)
        && matcher.group("tenant").equals(tenant)
        && matcher.group("lsn").equals("%016x".formatted(lsn));
  }

  static String checkLine(String line) {
    if (!LINE.matcher(line).matches()) {
      throw new IllegalArgumentException("not the name of an archive line: \"" + line + "\"");
    }
    return line;
  }

  static String checkTenant(String tenant) {
    if (!TENANT.matcher(tenant).matches()) {
      throw new IllegalArgumentException("not the name of a tenant: \"" + tenant + "\"");
    }
    return tenant;
  }
}
