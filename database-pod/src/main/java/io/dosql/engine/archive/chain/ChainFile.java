package io.dosql.engine.archive.chain;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of a tenant's chain, as a listing tells of it: it takes a database that holds everything
 * up to {@code minLsn - 1} (or more) to {@code maxLsn}.
 *
 * @param minLsn from 1; 1 for snapshots, and only for them
 * @param bytes size of the object
 * @param modified what the store gives as the object's time: in a directory that of the last
 *     commit, to the millisecond; on S3 that of the upload. For the commit's time see {@link
 *     ChainCatalog#facts}
 */
public record ChainFile(ChainLevel level, long minLsn, long maxLsn, long bytes, Instant modified) {

  /** As names sort. */
  public static final Comparator<ChainFile> IN_ORDER =
      Comparator.comparingLong(ChainFile::minLsn).thenComparingLong(ChainFile::maxLsn);

  private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})-([0-9a-f]{16})\\.ltx");

  public ChainFile {
    if (minLsn < 1 || maxLsn < minLsn) {
      throw new IllegalArgumentException(
          "LSNs must be 1 <= min <= max, not %d and %d".formatted(minLsn, maxLsn));
    }
    if ((minLsn == 1) != (level == ChainLevel.SNAPSHOT)) {
      throw new IllegalArgumentException(
          "only snapshots begin with LSN 1: level %d, LSN %d".formatted(level.number(), minLsn));
    }
  }

  /** The name in its level's folder. */
  public String name() {
    return name(minLsn, maxLsn);
  }

  static String name(long minLsn, long maxLsn) {
    return "%016x-%016x.ltx".formatted(minLsn, maxLsn);
  }

  /** The file of that name, if it is one that we write. */
  public static Optional<ChainFile> parse(
      ChainLevel level, String name, long bytes, Instant modified) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ChainFile(
              level,
              Long.parseLong(parts.group(1), 16),
              Long.parseLong(parts.group(2), 16),
              bytes,
              modified));
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }

  /** Whether this file can be applied to a database that holds everything up to an LSN. */
  public boolean extendsFrom(long lsn) {
    return minLsn <= lsn + 1 && maxLsn > lsn;
  }
}
