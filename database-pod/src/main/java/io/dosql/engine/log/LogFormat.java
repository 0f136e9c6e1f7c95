package io.dosql.engine.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The log's format on disk, version 2. All numbers are unsigned and big-endian, as in SQLite's and
 * LTX's files.
 *
 * <p>A log is a run of segments: files of fixed size, named by the position of their first byte in
 * 16 hex digits ({@code 0000000001000000.log}). The byte at file offset n has the position start +
 * n; a segment starts where the one before it ends.
 *
 * <pre>
 *  segment   +----------------+---------+---------+-- - - --+-----------------+
 *            | segment header | batch   | batch   |         | zeros           |
 *            | 512 bytes      |         |         |         | not written yet |
 *            +----------------+---------+---------+-- - - --+-----------------+
 *                             ^ each batch begins on, and fills, whole sectors of 512 bytes
 *
 *  batch     +--------------+-----------+--------+--------+-- - - --+----------------------+
 *            | batch header | directory | record | record |         | zeros up to the next |
 *            | 64 bytes     |           |        |        |         | sector, 0..511 bytes |
 *            +--------------+-----------+--------+--------+-- - - --+----------------------+
 *
 *  directory +-------+-------+-- - - --+------------+   of the batches before this one, for each
 *            | entry | entry |         | zeros to 8 |   tenant that has parts in them
 *            +-------+-------+-- - - --+------------+
 *
 *  record    +---------------+-------------+---------+-- - - --+
 *            | record header | tenant name | section | section |   a multiple of 8 bytes;
 *            | 64 bytes      | zeros to 8  |         |         |   each field padded to 8
 *            +---------------+-------------+---------+-- - - --+
 *
 *  section   +----------------+--------------------+-------------+
 *            | section header | content, raw or    | zeros to 8  |
 *            | 16 bytes       | one LZ4 block      |             |
 *            +----------------+--------------------+-------------+
 *
 *  segment header             batch header               record header
 *    0 u64 "DoSQLlog"           0 u64 its position         0 u64 its position
 *    8 u8  version              8 u64 sequence number      8 u32 its length
 *   16 u64 log id              16 u32 length, sectors     12 u32 bytes since batch begin
 *   24 u64 start position      20 u32 records             16 u32 CRC-32C of all that
 *   32 u64 segment size        24 u32 length, used               follows the header
 *   40 u64 sequence number     28 u32 "BTCH"              20 u8  version
 *          of its first batch  32 u32 directory, bytes    21 u8  kind, 1 = commit part
 *   48 u64 end of the last     36 u32 CRC-32C of the      22 u8  flags, 1 FIRST, 2 LAST
 *          batch before it            directory           23 u8  bytes of tenant name
 *   56 u64 latest time, ms     40 u64 position from       24 u64 LSN
 *  508 u32 CRC-32C of 0..508          which it tells      32 u64 epoch
 *                              48 u64 log id              40 u64 time, ms since 1970
 *  section header              56 zeros                   48 u32 database size, pages
 *    0 u16 type                60 u32 CRC-32C of          52 u32 page size, bytes
 *    2 u8  encoding,                  0..60               56 u32 index of part in commit
 *          0 raw, 1 LZ4                                   60 u32 CRC-32C of 0..60
 *    4 u32 stored size        directory entry
 *    8 u32 raw size             u8 bytes of tenant name, the name, u32 parts,
 *   12 zeros                    u64 lowest LSN, u64 highest LSN
 *
 *  section type 1, page images: all page numbers, u32 each, then all pages in the same order
 * </pre>
 *
 * <p>Every header's checksum starts with a letter for its kind and the log id, 64 random bits that
 * no tenant ever sees (batch headers hold it, too, so that one of them can stand in for a damaged
 * segment header), and covers the header's own position. So nothing but this log, at this place,
 * makes a header that checks out: not a page that holds a copy of a log, not an old file under a
 * new name, not a record of a batch that was cut off (cut tails are zeroed as well).
 *
 * <h2>What a crash can leave, and what proves more than a crash</h2>
 *
 * A segment gets its name only when it has its full size in zeros and a header, all synced; the
 * directory is synced before a batch goes into it. The flusher writes batch k + 1 only after the
 * sync of batch k succeeded. Hence after a crash of process, kernel or power:
 *
 * <ul>
 *   <li>all batches but the last are as they were written;
 *   <li>of the last one any subset of sectors may be there: sectors of one sync reach the disk in
 *       any order, so records that check out may well follow a hole. A batch therefore counts as a
 *       whole or not at all, and since its sync never ended, nobody was told of anything in it;
 *   <li>behind it there are zeros.
 * </ul>
 *
 * The first batch of the last segment that does not check out is this torn tail, unless something
 * shows that a later batch was written, which means that its own sync had succeeded and that it was
 * damaged afterwards:
 *
 * <ul>
 *   <li>its header is whole, so that its end is known, and behind this end not all is zero;
 *   <li>anywhere behind its begin there is a genuine header of another batch;
 *   <li>anywhere behind its begin there is a genuine record that says it belongs to another batch.
 * </ul>
 *
 * Then, as any damage in an earlier segment, it is told as {@link LogDamage}; see below. Sequence
 * numbers without a gap, and the previous end in each segment's header, make a batch that vanished
 * between others, or at the end of an earlier segment, show as well. What cannot be told from a
 * torn tail is damage to the very last batch while nothing follows it; so that this is not an
 * acknowledged one, an empty batch is written behind the last one when the log is opened and
 * closed.
 *
 * <h2>What is proved in spite of damage</h2>
 *
 * <p>A bad checksum says that something was there, not whose. So the rule is: a tenant is served
 * only if the log proves that none of its commits after its redo point is gone. Records have
 * checksums of their own; those in and behind damage that check out are used. Of the rest:
 *
 * <ol>
 *   <li><b>Told damage.</b> Each batch has a directory: per tenant the number of parts, and their
 *       lowest and highest LSN, of the batches before it, of the newest one always and of so many
 *       more that they make up {@link RecentBatches#REACH_BYTES}. If it reaches over all of the
 *       damage, who is not in it lost nothing, and who is lost what it counts and nobody finds:
 *       nothing if that is nothing, or only LSNs that complete commits in the log have, or that are
 *       not after the redo point. A single stretch of damage up to that length is always told of,
 *       unless it is the end of the log.
 *   <li><b>Damage that nobody tells of</b>: longer stretches, missing segments. A tenant lost
 *       nothing by it if a later commit of it, found behind the damage, follows its redo point or a
 *       complete commit without a gap, since a tenant's LSNs ascend through the log, and a complete
 *       commit is never replaced. Every other tenant may have lost some: nothing says that it did
 *       not.
 * </ol>
 *
 * <p>Whoever lost something, or may have, is told as {@link TenantLoss}. Whoever uses the log marks
 * those tenants durably, redoes all others, and says so ({@link CommitLog#damageJudged}), which
 * leaves an empty file {@code POSITION.judged}; from then on nobody needs what is before that
 * position, damage there is passed over, and segments from before it are renamed to {@code
 * NAME.log.damaged} when they are released, for whoever wants to look at them. A damaged last
 * segment gets no further batch: the log goes on in a new one. Refused ({@link
 * CorruptLogException}) is only what rot does not explain: segments of different logs or under
 * wrong names, or a log of which no header at all is left.
 *
 * <h2>What recovery does</h2>
 *
 * <p>A torn tail is overwritten with zeros and synced before anything is appended. A last batch
 * that is whole is not known to be synced: the process may have died before, or because its sync
 * failed, in which case the kernel still shows the data but will not write it again. So it is
 * written once more, as it is, and synced, before it counts as durable. Batches begin on sectors of
 * their own: no write ever touches a sector with acknowledged data, except to store the same bytes
 * again.
 */
final class LogFormat {

  static final int VERSION = 2;

  /** What a disk writes as a whole or not at all. */
  static final int SECTOR_BYTES = 512;

  static final int RECORD_ALIGNMENT_BYTES = 8;

  static final byte SEGMENT_TAG = 'S';
  static final byte BATCH_TAG = 'B';
  static final byte RECORD_TAG = 'R';

  private LogFormat() {}

  /** The checksum of a header's bytes, which are not consumed. */
  static int checksum(byte tag, long logId, ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(tag);
    for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      crc.update((int) (logId >>> shift) & 0xFF);
    }
    crc.update(header.duplicate());
    return (int) crc.getValue();
  }

  /** The checksum of a record's body, which is not consumed. */
  static int checksum(ByteBuffer body) {
    CRC32C crc = new CRC32C();
    crc.update(body.duplicate());
    return (int) crc.getValue();
  }

  static int roundUp(int bytes, int alignmentBytes) {
    return (bytes + alignmentBytes - 1) / alignmentBytes * alignmentBytes;
  }

  /** Whether all remaining bytes, which are not consumed, are zero. */
  static boolean isZero(ByteBuffer bytes) {
    return lastNonZero(bytes) < 0;
  }

  /** The index, from the buffer's position, of the last byte that is not zero; -1 if all are. */
  static int lastNonZero(ByteBuffer bytes) {
    int index = bytes.remaining() - 1;
    int base = bytes.position();
    while (index >= 0 && bytes.get(base + index) == 0) {
      boolean wordIsZero = index >= Long.BYTES && bytes.getLong(base + index - Long.BYTES) == 0;
      index -= wordIsZero ? Long.BYTES : 1;
    }
    return index;
  }
}
