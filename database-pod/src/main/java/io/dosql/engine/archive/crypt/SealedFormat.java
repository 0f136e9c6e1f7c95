package io.dosql.engine.archive.crypt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The look of an encrypted object. Pure.
 *
 * <pre>
 *  0   magic "DSQLSEAL"        8 bytes
 *  8   format version          1 byte: 1
 *  9   length of the key's name 1 byte
 *  10  name of the key         63 bytes, zeros behind it
 *  73  zeros                   7 bytes
 *  80  header of the cipher    40 bytes: its length, salt (32), prefix of nonces (7)
 *  120 first segment           up to byte 65,536: ciphertext and its tag (16 bytes)
 *  65,536 × n                  further segments: at most 65,520 bytes of ciphertext, and the tag
 * </pre>
 *
 * The cipher is AES256-GCM-HKDF of Tink's streaming AEAD: HKDF-SHA256 makes a key of the object's
 * own from the key and the salt; the nonce of a segment is the prefix, its number, and whether it
 * is the last, so that no segment can be moved, left out or cut off. The associated data are the
 * header's first 80 bytes and the object's key below the archive's prefix: an object that was
 * renamed, exchanged or given another header does not open. The version covers all of this.
 *
 * <p>Stored size and plain size follow from each other, so that listings need not open objects.
 */
final class SealedFormat {

  static final byte VERSION = 1;

  /** In bytes: ours, in front of the cipher's. */
  static final int HEADER_BYTES = 80;

  /** In bytes: of the cipher, behind ours. */
  static final int CIPHER_HEADER_BYTES = 40;

  /** In bytes: both headers. */
  static final int PREAMBLE_BYTES = HEADER_BYTES + CIPHER_HEADER_BYTES;

  static final int TAG_BYTES = 16;

  /** In bytes as stored: small enough that a part of an object costs little more than itself. */
  static final int SEGMENT_BYTES = 64 << 10;

  /** In bytes: of a segment's content. */
  static final int SEGMENT_PLAIN_BYTES = SEGMENT_BYTES - TAG_BYTES;

  private static final byte[] MAGIC = "DSQLSEAL".getBytes(StandardCharsets.US_ASCII);
  private static final int NAME_AT = MAGIC.length + 2;

  private SealedFormat() {}

  static byte[] header(String keyName) {
    byte[] name = keyName.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(HEADER_BYTES)
        .put(MAGIC)
        .put(VERSION)
        .put((byte) name.length)
        .put(name)
        .array();
  }

  /** Whether an object that begins like this is, or says that it is, encrypted. */
  static boolean isSealed(byte[] beginning) {
    return beginning.length >= MAGIC.length
        && Arrays.equals(beginning, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  static int version(byte[] header) {
    return Byte.toUnsignedInt(header[MAGIC.length]);
  }

  /** The name of the key, if the header is whole and of this version. */
  static Optional<String> keyName(byte[] header) {
    if (header.length < HEADER_BYTES || version(header) != VERSION) {
      return Optional.empty();
    }
    int length = Byte.toUnsignedInt(header[NAME_AT - 1]);
    if (length > EncryptionKey.NAME_LENGTH_MAX) {
      return Optional.empty();
    }
    String name = new String(header, NAME_AT, length, StandardCharsets.US_ASCII);
    return Optional.of(name).filter(EncryptionKey::isName);
  }

  /** Associated data of an object's content. */
  static byte[] objectContext(byte[] header, String relativeKey) {
    return context("object", header, relativeKey);
  }

  /** Associated data of an object's metadata, which no content can be taken for. */
  static byte[] metadataContext(byte[] header, String relativeKey) {
    return context("metadata", header, relativeKey);
  }

  private static byte[] context(String what, byte[] header, String relativeKey) {
    byte[] kind = (what + '\n').getBytes(StandardCharsets.US_ASCII);
    byte[] key = relativeKey.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(kind.length + HEADER_BYTES + key.length)
        .put(kind)
        .put(header, 0, HEADER_BYTES)
        .put(key)
        .array();
  }

  /** Size as stored of a content of {@code plainBytes}. */
  static long storedBytes(long plainBytes) {
    long behind = PREAMBLE_BYTES + plainBytes;
    return behind + TAG_BYTES * Math.ceilDiv(behind, SEGMENT_PLAIN_BYTES);
  }

  /** Size of the content of an object of {@code storedBytes}; empty if there is no such one. */
  static OptionalLong plainBytes(long storedBytes) {
    long segments = Math.ceilDiv(storedBytes, SEGMENT_BYTES);
    long plain = storedBytes - PREAMBLE_BYTES - TAG_BYTES * segments;
    return plain >= 0 && storedBytes(plain) == storedBytes
        ? OptionalLong.of(plain)
        : OptionalLong.empty();
  }

  /** The segment, from 0, that holds the byte of the content at {@code offset}. */
  static long segmentOf(long offset) {
    return (PREAMBLE_BYTES + offset) / SEGMENT_PLAIN_BYTES;
  }

  /** Where in the content a segment begins. */
  static long contentStart(long segment) {
    return segment == 0 ? 0 : segment * SEGMENT_PLAIN_BYTES - PREAMBLE_BYTES;
  }
}
