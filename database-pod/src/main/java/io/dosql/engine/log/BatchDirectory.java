package io.dosql.engine.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a stretch of the log holds, said by the batch behind it: per tenant the number of parts, and
 * their lowest and highest LSN. If the stretch is damaged later, this tells whose commits were in
 * it, and that nobody else's were. Not thread safe.
 */
final class BatchDirectory {

  /**
   * A tenant's share.
   *
   * @param parts at least one
   */
  record Entry(int parts, long firstLsn, long lastLsn) {

    Entry plus(Entry other) {
      return new Entry(
          parts + other.parts,
          Math.min(firstLsn, other.firstLsn),
          Math.max(lastLsn, other.lastLsn));
    }
  }

  private static final int ENTRY_FIXED_BYTES = 1 + Integer.BYTES + 2 * Long.BYTES;

  private final Map<String, Entry> entries = new TreeMap<>();
  private int usedBytes;

  Map<String, Entry> entries() {
    return entries;
  }

  /** Bytes that {@link #encode} takes, a multiple of 8. */
  int encodedBytes() {
    return LogFormat.roundUp(usedBytes, LogFormat.RECORD_ALIGNMENT_BYTES);
  }

  /** Whether it still fits when a part of this tenant is added. */
  boolean hasRoomFor(String tenant, int maxBytes) {
    return entries.containsKey(tenant)
        || LogFormat.roundUp(usedBytes + bytes(tenant), LogFormat.RECORD_ALIGNMENT_BYTES)
            <= maxBytes;
  }

  void add(String tenant, long lsn) {
    add(tenant, new Entry(1, lsn, lsn));
  }

  void addAll(BatchDirectory other) {
    other.entries.forEach(this::add);
  }

  private void add(String tenant, Entry entry) {
    if (!entries.containsKey(tenant)) {
      usedBytes += bytes(tenant);
    }
    entries.merge(tenant, entry, Entry::plus);
  }

  private static int bytes(String tenant) {
    return ENTRY_FIXED_BYTES + tenant.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Writes it, and zeros up to a multiple of 8, at the buffer's position. */
  void encode(ByteBuffer target) {
    int end = target.position() + encodedBytes();
    entries.forEach(
        (tenant, entry) -> {
          byte[] name = tenant.getBytes(StandardCharsets.UTF_8);
          target.put((byte) name.length).put(name).putInt(entry.parts());
          target.putLong(entry.firstLsn()).putLong(entry.lastLsn());
        });
    while (target.position() < end) {
      target.put((byte) 0);
    }
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @param bytes all of it, its checksum verified; not consumed
   */
  static BatchDirectory decode(ByteBuffer bytes) {
    BatchDirectory directory = new BatchDirectory();
    ByteBuffer rest = bytes.duplicate();
    // Names are not empty, so a zero is padding.
    while (rest.remaining() > ENTRY_FIXED_BYTES && rest.get(rest.position()) != 0) {
      byte[] name = new byte[Byte.toUnsignedInt(rest.get())];
      rest.get(name);
      directory.add(
          new String(name, StandardCharsets.UTF_8),
          new Entry(rest.getInt(), rest.getLong(), rest.getLong()));
    }
    return directory;
  }
}
