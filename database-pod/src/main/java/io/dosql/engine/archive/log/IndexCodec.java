package io.dosql.engine.archive.log;

import io.dosql.engine.log.LogPosition;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes and reads indexes; the layout is drawn at {@link LogObjectFormat}. */
final class IndexCodec {

  private static final long NO_PART = -1;
  private static final int FIXED_TENANT_BYTES = 1 + Integer.BYTES + 6 * Long.BYTES + Integer.BYTES;
  private static final int EXTENT_BYTES = Long.BYTES + Integer.BYTES;

  private IndexCodec() {}

  static ByteBuffer encode(LogObjectIndex index) {
    int bytes = Long.BYTES + LogObjectFormat.SHA256_BYTES + Integer.BYTES;
    for (TenantEntry entry : index.tenants()) {
      bytes += FIXED_TENANT_BYTES + name(entry).length + EXTENT_BYTES * entry.extents().size();
    }
    ByteBuffer target = ByteBuffer.allocate(bytes);
    target.putLong(index.lastPart().map(part -> part.position().bytes()).orElse(NO_PART));
    target.put(index.lastPart().map(LastPart::digest).orElse(Sha256.NONE).bytes());
    target.putInt(index.tenants().size());
    index.tenants().forEach(entry -> put(entry, target));
    return target.flip();
  }

  private static byte[] name(TenantEntry entry) {
    return entry.tenant().getBytes(StandardCharsets.UTF_8);
  }

  private static void put(TenantEntry entry, ByteBuffer target) {
    byte[] name = name(entry);
    target.put((byte) name.length).put(name).putInt(entry.parts());
    target.putLong(entry.lowestLsn()).putLong(entry.highestLsn());
    target.putLong(entry.firstCommit()).putLong(entry.lastCommit());
    target.putLong(entry.firstTime().toEpochMilli()).putLong(entry.lastTime().toEpochMilli());
    target.putInt(entry.extents().size());
    for (TenantEntry.Extent extent : entry.extents()) {
      target.putLong(extent.offset()).putInt(extent.lengthBytes());
    }
  }

  /**
   * Reads an index whose checksum holds.
   *
   * @param object its key, for errors
   * @param header of the same object
   */
  static LogObjectIndex decode(String object, LogObjectHeader header, ByteBuffer bytes)
      throws CorruptLogObjectException {
    ByteBuffer source = bytes.slice();
    try {
      long position = source.getLong();
      byte[] digest = new byte[LogObjectFormat.SHA256_BYTES];
      source.get(digest);
      int count = source.getInt();
      List<TenantEntry> tenants = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        tenants.add(tenant(source, header));
      }
      if (source.hasRemaining()) {
        throw new IllegalArgumentException(source.remaining() + " bytes more than tenants");
      }
      return new LogObjectIndex(
          position == NO_PART
              ? Optional.empty()
              : Optional.of(new LastPart(new LogPosition(position), Sha256.of(digest))),
          tenants);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      CorruptLogObjectException corrupt =
          new CorruptLogObjectException(
              object,
              header.indexOffset() + source.position(),
              "a well-formed index",
              String.valueOf(e));
      corrupt.initCause(e);
      throw corrupt;
    }
  }

  private static TenantEntry tenant(ByteBuffer source, LogObjectHeader header) {
    byte[] name = new byte[Byte.toUnsignedInt(source.get())];
    source.get(name);
    int parts = source.getInt();
    long lowestLsn = source.getLong();
    long highestLsn = source.getLong();
    long firstCommit = source.getLong();
    long lastCommit = source.getLong();
    Instant firstTime = Instant.ofEpochMilli(source.getLong());
    Instant lastTime = Instant.ofEpochMilli(source.getLong());
    int count = source.getInt();
    List<TenantEntry.Extent> extents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      TenantEntry.Extent extent = new TenantEntry.Extent(source.getLong(), source.getInt());
      if (extent.offset() < LogObjectFormat.HEADER_BYTES
          || extent.lengthBytes() <= 0
          || extent.end() > header.indexOffset()) {
        throw new IllegalArgumentException(extent + " is not among the parts");
      }
      extents.add(extent);
    }
    return new TenantEntry(
        new String(name, StandardCharsets.UTF_8),
        parts,
        lowestLsn,
        highestLsn,
        firstCommit,
        lastCommit,
        firstTime,
        lastTime,
        extents);
  }
}
