package io.dosql.engine.archiver.chain;

import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.PageImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/** A tenant as it ought to be, at each of its commits. */
final class ModelTenant {

  static final int PAGE_SIZE = 512;

  /**
   * A commit.
   *
   * @param pages the whole database after it; immutable
   * @param first behind its first part
   * @param last where its last part begins, or shortly before
   * @param end behind its last part
   */
  record State(
      List<byte[]> pages, Instant time, LogPosition first, LogPosition last, LogPosition end) {}

  final String name;
  final NavigableMap<Long, State> states = new TreeMap<>();
  boolean exists = true;

  /** The last one used, by a commit or a deletion. */
  long lsn;

  /** What the log's time was at each deletion, by the number that it took. */
  final NavigableMap<Long, Instant> deletions = new TreeMap<>();

  /** The number that its latest deletion took; 0 if it never was deleted. */
  long tombstone;

  ModelTenant(String name) {
    this.name = name;
  }

  /** The same, that goes its own way from now on. */
  ModelTenant copy() {
    ModelTenant copy = new ModelTenant(name);
    copy.states.putAll(states);
    copy.deletions.putAll(deletions);
    copy.exists = exists;
    copy.lsn = lsn;
    copy.tombstone = tombstone;
    return copy;
  }

  /** What a kill leaves: commits that were durable. */
  void dropBehind(LogPosition settled) {
    states.values().removeIf(state -> state.end().compareTo(settled) > 0);
    lsn = Math.max(tombstone, states.isEmpty() ? 0 : states.lastKey());
    exists = states.containsKey(lsn);
  }

  /** Present content; nothing for one that has just been made. */
  List<byte[]> pages() {
    return states.containsKey(lsn) ? states.get(lsn).pages() : List.of();
  }

  /** What a commit that makes it so has to write. */
  @SuppressWarnings("ReferenceEquality") // A page that was not written is the very same array.
  List<PageImage> written(List<byte[]> after) {
    List<byte[]> before = pages();
    List<PageImage> written = new ArrayList<>();
    for (int i = 0; i < after.size(); i++) {
      if (i >= before.size() || after.get(i) != before.get(i)) {
        written.add(new PageImage(i + 1L, ByteBuffer.wrap(after.get(i))));
      }
    }
    return written;
  }

  /** What a commit makes of it: a page that is not changed is the same array. */
  List<byte[]> changed(Random random) {
    List<byte[]> before = pages();
    List<byte[]> after = new ArrayList<>();
    int kind = before.isEmpty() ? 0 : random.nextInt(6);
    int size =
        switch (kind) {
          case 0 -> before.size() + 1 + random.nextInt(8);
          case 1 -> 1 + random.nextInt(before.size());
          default -> before.size();
        };
    boolean changesAll = kind == 2;
    for (int i = 0; i < size; i++) {
      boolean changes = changesAll || i >= before.size() || random.nextInt(5) == 0;
      after.add(changes ? page(i, random) : before.get(i));
    }
    if (size == before.size() && after.equals(before)) {
      int one = random.nextInt(size);
      after.set(one, page(one, random));
    }
    return after;
  }

  /** The first page looks like that of an SQLite database. */
  private static byte[] page(int index, Random random) {
    byte[] page = new byte[PAGE_SIZE];
    random.nextBytes(page);
    if (index == 0) {
      byte[] magic = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(magic, 0, page, 0, magic.length);
      page[16] = (byte) (PAGE_SIZE >> 8);
      page[17] = (byte) PAGE_SIZE;
      // The number of pages does not count where these two differ.
      page[24] = 1;
      page[92] = 2;
    }
    return page;
  }
}
