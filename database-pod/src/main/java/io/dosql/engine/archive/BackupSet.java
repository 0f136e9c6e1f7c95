package io.dosql.engine.archive;

import java.util.regex.Pattern;

/**
 * A set of tenants' states that belong together: a backup, or what a restore saved before it began.
 *
 * @param name of a backup: that of a Kubernetes resource; of a pre-restore set: the restore's id
 */
public record BackupSet(Kind kind, String name) {

  /** The two kinds of sets; their layout is the same. */
  public enum Kind {
    BACKUP("backups", Pattern.compile(LABEL + "(\\." + LABEL + ")*")),
    PRE_RESTORE("pre-restore-backups", Pattern.compile("[A-Za-z0-9-]{1,63}"));

    private final String folder;
    private final Pattern names;

    Kind(String folder, Pattern names) {
      this.folder = folder;
      this.names = names;
    }

    String folder() {
      return folder;
    }

    boolean isName(String name) {
      return name.length() <= NAME_LENGTH_MAX && names.matcher(name).matches();
    }
  }

  private static final String LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";
  private static final int NAME_LENGTH_MAX = 253;

  public BackupSet {
    if (!kind.isName(name)) {
      throw new IllegalArgumentException(
          "not the name of a set in %s: \"%s\"".formatted(kind.folder(), name));
    }
  }

  public static BackupSet backup(String name) {
    return new BackupSet(Kind.BACKUP, name);
  }

  public static BackupSet preRestore(String restoreId) {
    return new BackupSet(Kind.PRE_RESTORE, restoreId);
  }

  @Override
  public String toString() {
    return kind.folder() + "/" + name;
  }
}
