package io.dosql.engine.archive;

import static io.dosql.engine.error.ErrorCode.STORAGE_CHECKSUM_MISMATCH;

import io.dosql.engine.archive.store.ObjectKeys;
import io.dosql.engine.error.DosqlException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The map of a backup store: which object lies under which key. Pure.
 *
 * <pre>
 *  PREFIX/lines/LINE/tenants/TENANT/0009/0000000000000001-LSN.ltx   on S3
 *  PREFIX/lines/LINE/tenants/TENANT/ltx/9/0000000000000001-LSN.ltx  in a directory
 *  PREFIX/lines/LINE/tenants/TENANT/LEVEL/MIN-MAX.ltx               chains, LEVEL as above
 *  PREFIX/lines/LINE/line.json                                      who began the line, and why
 *  PREFIX/lines/LINE/whole.json                                     that it holds what it began with
 *  PREFIX/lines/LINE/retired.json                                   that it is out of the window, and going
 *  PREFIX/lines/LINE/deletions/TENANT/LSN-TIME                      that a tenant was deleted, empty
 *  PREFIX/lines/LINE/log/NUMBER.dlo                                 log objects, from number 1
 *  PREFIX/backups/NAME/tenants/TENANT.json                          manifest of a tenant
 *  PREFIX/backups/NAME/objects.json                                 the snapshots it needs
 *  PREFIX/backups/NAME/backup.json                                  written last
 *  PREFIX/pre-restore-backups/ID/…                                  as in backups/NAME
 *  PREFIX/pre-restore-backups/ID/restore.json                       what the restore brings back
 *  PREFIX/pre-restore-backups/ID/needs.json                         whose saved states it brings back
 *  PREFIX/encryption.json                                           in an encrypted archive
 *  PREFIX/encryption-keys/KEY                                       proves that a key is the right one
 * </pre>
 *
 * The level folder (9: full snapshots) differs as Litestream wants it, so that its stock program
 * reads {@code PREFIX/lines/LINE/tenants/TENANT} as a replica of that tenant. LSN, MIN, MAX, NUMBER
 * and TIME (milliseconds since 1970) are 16 lower-case hex digits. Manifests have a folder of their
 * own, or a tenant called {@code backup} would be taken for the backup itself.
 *
 * <p>"Key" here is relative to the prefix, so that a store can be copied elsewhere as a whole; only
 * {@link #absolute} adds the prefix.
 */
public final class ArchiveLayout {

  private static final Pattern LINE = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
  private static final Pattern TENANT = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final String LOG_OBJECT_END = ".dlo";
  private static final Pattern LOG_OBJECT = Pattern.compile("([0-7][0-9a-f]{15})\\.dlo");
  private static final int SNAPSHOT_LEVEL = 9;
  private static final String MANIFESTS = "tenants/";
  private static final String MANIFEST_END = ".json";

  private final String prefix;

  /** For a level's number. */
  private final String levelFolder;

  private ArchiveLayout(String prefix, String levelFolder) {
    this.prefix = prefix.isEmpty() ? "" : ObjectKeys.check(prefix) + "/";
    this.levelFolder = levelFolder;
  }

  /** {@code prefix}: empty, or folders joined by slashes. */
  public static ArchiveLayout forS3(String prefix) {
    return new ArchiveLayout(prefix, "%04d");
  }

  /** {@code prefix}: empty, or folders joined by slashes. */
  public static ArchiveLayout forDirectory(String prefix) {
    return new ArchiveLayout(prefix, "ltx/%d");
  }

  /** The key in the object store. */
  public String absolute(String key) {
    return prefix + key;
  }

  /**
   * The key relative to the prefix, of an absolute one.
   *
   * @throws IllegalArgumentException when it is not below the prefix
   */
  public String relative(String absoluteKey) {
    if (!absoluteKey.startsWith(prefix)) {
      throw new IllegalArgumentException(absoluteKey + " is not below " + prefix);
    }
    return absoluteKey.substring(prefix.length());
  }

  /** The full snapshot of a tenant at an LSN, from 1. */
  public String snapshot(String line, String tenant, long lsn) {
    if (lsn < 1) {
      throw new IllegalArgumentException("there is no snapshot at LSN " + lsn);
    }
    return level(line, tenant, SNAPSHOT_LEVEL) + "%016x-%016x.ltx".formatted(1, lsn);
  }

  /** The folder of a level of a tenant's chain, with a slash behind. */
  public String level(String line, String tenant, int level) {
    return replica(line, tenant) + "/" + levelFolder.formatted(level) + "/";
  }

  /** The folder that has a folder for each tenant of a line, with a slash behind. */
  public String tenants(String line) {
    return "lines/" + checkLine(line) + "/tenants/";
  }

  /** The folder that Litestream takes for a replica. */
  public String replica(String line, String tenant) {
    return tenants(line) + checkTenant(tenant);
  }

  /** The folder that has a folder for each deleted tenant of a line, with a slash behind. */
  public String deletions(String line) {
    return "lines/" + checkLine(line) + "/deletions/";
  }

  /** The folder of a tenant's deletions, with a slash behind. */
  public String deletions(String line, String tenant) {
    return deletions(line) + checkTenant(tenant) + "/";
  }

  /** The folder of all lines, with a slash behind. */
  public String lines() {
    return "lines/";
  }

  /** The document of a line. */
  String line(String line) {
    return "lines/%s/line.json".formatted(checkLine(line));
  }

  /** The document of a line that began with another archive's content, and has all of it. */
  String wholeLine(String line) {
    return "lines/%s/whole.json".formatted(checkLine(line));
  }

  /** The document of a line that is being deleted, or is, but for snapshots that backups need. */
  String retiredLine(String line) {
    return "lines/%s/retired.json".formatted(checkLine(line));
  }

  /** The folder of all that a line has, with a slash behind. */
  String folderOfLine(String line) {
    return "lines/%s/".formatted(checkLine(line));
  }

  /** The folder of a line's log objects, with a slash behind. */
  public String logObjects(String line) {
    return "lines/%s/log/".formatted(checkLine(line));
  }

  /** The log object of a number, from 1. */
  public String logObject(String line, long number) {
    if (number < 1) {
      throw new IllegalArgumentException("there is no log object " + number);
    }
    return "%s%016x%s".formatted(logObjects(line), number, LOG_OBJECT_END);
  }

  /**
   * The number of a line's log object.
   *
   * @param absoluteKey of something in {@link #logObjects}
   * @throws DosqlException {@code STORAGE_CHECKSUM_MISMATCH} if it is none: a stranger there could
   *     hide objects, or seem to be the newest one
   */
  public long numberOfLogObject(String line, String absoluteKey) {
    Matcher matcher = LOG_OBJECT.matcher(absoluteKey);
    String folder = absolute(logObjects(line));
    if (absoluteKey.startsWith(folder)
        && matcher.region(folder.length(), absoluteKey.length()).matches()) {
      return Long.parseLong(matcher.group(1), 16);
    }
    throw new DosqlException(
            STORAGE_CHECKSUM_MISMATCH, absoluteKey + " is not the name of a log object.")
        .withSuggestion("Move the object elsewhere; nothing else may lie in that folder.");
  }

  /** Where a probe of the store may leave an empty object. */
  public String probe() {
    return ".probe";
  }

  /** Says that the archive is encrypted; never encrypted itself. */
  public String encryptionMark() {
    return "encryption.json";
  }

  /** The folder of the objects that prove keys. */
  public String encryptionKeys() {
    return "encryption-keys/";
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

  String restoreRecord(BackupSet set) {
    return set + "/restore.json";
  }

  String neededState(BackupSet set) {
    return set + "/needs.json";
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
    return Optional.of(tenant).filter(ArchiveLayout::isTenant);
  }

  /** Whether a tenant may be called so. */
  public static boolean isTenant(String name) {
    return TENANT.matcher(name).matches();
  }

  static String checkLine(String line) {
    if (!LINE.matcher(line).matches()) {
      throw new IllegalArgumentException("not the name of an archive line: \"" + line + "\"");
    }
    return line;
  }

  static String checkTenant(String tenant) {
    if (!isTenant(tenant)) {
      throw new IllegalArgumentException("not the name of a tenant: \"" + tenant + "\"");
    }
    return tenant;
  }
}
