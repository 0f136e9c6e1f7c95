package io.dosql.engine.archive.chain;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * That a tenant was deleted, as the archive knows it.
 *
 * @param lsn what the tenant held up to it was gone; a later tenant of that name counts on from
 *     there
 * @param time from when on it is known to have been gone, milliseconds; none of the commits up to
 *     {@code lsn} is later
 */
public record Deletion(String tenant, long lsn, Instant time) {

  private static final Pattern NAME = Pattern.compile("([0-7][0-9a-f]{15})-([0-7][0-9a-f]{15})");

  public Deletion {
    if (lsn < 1) {
      throw new IllegalArgumentException("a deletion takes an LSN from 1, not " + lsn);
    }
  }

  /** The name in the folder of the tenant's deletions. */
  String name() {
    return "%016x-%016x".formatted(lsn, time.toEpochMilli());
  }

  /** The deletion of that name, if it is one. */
  static Optional<Deletion> parse(String tenant, String name) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      return Optional.empty();
    }
    long lsn = Long.parseLong(parts.group(1), 16);
    Instant time = Instant.ofEpochMilli(Long.parseLong(parts.group(2), 16));
    return lsn == 0 ? Optional.empty() : Optional.of(new Deletion(tenant, lsn, time));
  }
}
