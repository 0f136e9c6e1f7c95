package io.dosql.engine.archive;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the key of a snapshot says, in any kind of store; the key is relative to the prefix. */
record SnapshotKey(String line, String tenant, long lsn) {

  private static final Pattern PATTERN =
      Pattern.compile(
          "lines/(?<line>[^/]+)/tenants/(?<tenant>[^/]+)/(0009|ltx/9)/"
              + "0{15}1-(?<lsn>[0-7][0-9a-f]{15})\\.ltx");

  /** Empty if it is not the key of a snapshot. */
  static Optional<SnapshotKey> parse(String key) {
    Matcher matcher = PATTERN.matcher(key);
    return matcher.matches()
        ? Optional.of(
            new SnapshotKey(
                matcher.group("line"),
                matcher.group("tenant"),
                Long.parseLong(matcher.group("lsn"), 16)))
        : Optional.empty();
  }

  /** The tenant whose snapshot a key is, if it is one. */
  static Optional<String> tenant(String key) {
    return parse(key).map(SnapshotKey::tenant);
  }

  /** Whether {@code key} is the snapshot of that tenant, line and LSN. */
  static boolean is(String key, String line, String tenant, long lsn) {
    return parse(key).equals(Optional.of(new SnapshotKey(line, tenant, lsn)));
  }
}
