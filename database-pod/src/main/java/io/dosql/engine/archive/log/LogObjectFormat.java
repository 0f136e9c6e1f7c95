package io.dosql.engine.archive.log;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.zip.CRC32C;

/**
 * The format of a log object, version 1. All numbers are unsigned and big-endian, as in the log.
 *
 * <pre>
 *  object    +-----------+------+------+-- - - --+------+-------+
 *            | header    | part | part |         | part | index |
 *            | 384 bytes |      |      |         |      |       |
 *            +-----------+------+------+-- - - --+------+-------+
 *
 *  part      a record as the log stores it ({@code StoredPart}): 64 bytes of header with the length
 *            and a checksum of each, tenant, sections; all tenants' parts between two positions of
 *            the log, in its order
 *
 *  header                                         index
 *     0 u64 "DSQLLOG1"                              u64 position of the newest part that the line's
 *     8 u32 format version                              objects hold up to this one, all ones if
 *    12 u32 bytes of the header                         there is none
 *    16 u64 number of the object, from 1            32 bytes, SHA-256 of that part
 *    24 u64 epoch of the writer                     u32 tenants, and for each, by name:
 *    32 16 bytes, random id of the writer             u8 bytes of the name, the name
 *    48 u8 bytes of the line, the line                u32 parts
 *   120 32 bytes, SHA-256 of the object               u64 lowest LSN of its parts
 *       before this one, zeros for the first          u64 highest LSN of its parts
 *   152 u64 where that one ends in the log            u64 LSN of the first commit that ends in
 *   160 u64 where this one begins in the log              here, 0 if none does
 *   168 u64 where it ends                             u64 LSN of the last one
 *   176 u64 all commits that end before this          u64 time of the first one, ms since 1970
 *           position are in chains                    u64 time of the last one
 *   184 u32 parts                                     u32 extents, and for each:
 *   188 u32 commits that end in here                    u64 offset in the object, u32 bytes
 *   192 u64 time of the first of them, ms
 *   200 u64 time of the last of them
 *   208 u64 when the object was made, ms          An extent is a run of parts of one tenant with
 *   216 u64 gaps of the line up to here           nothing between them.
 *   224 u64 where the newest gap begins
 *   232 u64 where it ends
 *   240 u64 offset of the index
 *   248 u64 bytes of the object
 *   256 32 bytes, SHA-256 of the index
 *   288 32 bytes, SHA-256 of all parts
 *   320 zeros
 *   380 u32 CRC-32C of 0..380
 * </pre>
 *
 * <p>Length and checksum of the header stay where they are in later versions, so that a damaged
 * version is not taken for a later one.
 *
 * <p>So everything is covered by a checksum, both for who reads all of it and for who reads header,
 * index and single extents.
 *
 * <p><b>Numbers</b> are dense when they are written; retention deletes from the old end, and may
 * leave some. An object without parts is a writer's claim: from then on nobody with a lower epoch
 * may go on. Where an object does not begin at the end of the one before it there is a <b>gap</b>:
 * what lay between was never archived.
 *
 * <p><b>Commits.</b> A commit exists with its last part, which may be in a later object than its
 * first. A first part ends a commit of the same tenant that was not complete, which a crash had cut
 * off. After a gap a commit may lack its first parts; then it counts as in the gap.
 */
final class LogObjectFormat {

  /** "DSQLLOG1". */
  static final long MAGIC = 0x4453_514C_4C4F_4731L;

  static final int VERSION = 1;
  static final int HEADER_BYTES = 384;
  static final int CRC_OFFSET = HEADER_BYTES - Integer.BYTES;
  static final int SHA256_BYTES = 32;
  static final int WRITER_BYTES = 16;
  static final int LINE_OFFSET = 48;
  static final int PREVIOUS_OFFSET = 120;

  private LogObjectFormat() {}

  /** The checksum of a header's bytes, which are not consumed. */
  static int headerChecksum(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(header.slice(0, CRC_OFFSET));
    return (int) crc.getValue();
  }

  static byte[] digest(MessageDigest digest, ByteBuffer bytes) {
    digest.reset();
    digest.update(bytes.duplicate());
    return digest.digest();
  }
}
