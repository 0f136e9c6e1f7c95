package io.dosql.engine.archive.ltx;

import java.util.zip.Checksum;

/**
 * CRC-64/GO-ISO: the reflected ISO 3309 polynomial, initial value and final xor all ones, as Go's
 * {@code hash/crc64} computes it. Eight bytes a step ("slicing by 8"): table {@code k} holds the
 * effect of a byte that is followed by {@code k} zero bytes. One thread at a time.
 */
final class Crc64 implements Checksum {

  private static final long POLYNOMIAL = 0xD800000000000000L;
  private static final int SLICES = 8;
  private static final long[][] TABLES = tables();

  private long state = -1L;

  private static long[][] tables() {
    long[][] tables = new long[SLICES][256];
    for (int value = 0; value < 256; value++) {
      long crc = value;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
      }
      tables[0][value] = crc;
    }
    for (int slice = 1; slice < SLICES; slice++) {
      for (int value = 0; value < 256; value++) {
        long previous = tables[slice - 1][value];
        tables[slice][value] = (previous >>> 8) ^ tables[0][(int) previous & 0xFF];
      }
    }
    return tables;
  }

  @Override
  public void update(int value) {
    state = (state >>> 8) ^ TABLES[0][((int) state ^ value) & 0xFF];
  }

  @Override
  public void update(byte[] bytes, int offset, int length) {
    long crc = state;
    int at = offset;
    int end = offset + length;
    for (; end - at >= SLICES; at += SLICES) {
      crc ^= (long) BigEndian.LITTLE_ENDIAN_LONGS.get(bytes, at);
      crc =
          TABLES[7][(int) crc & 0xFF]
              ^ TABLES[6][(int) (crc >>> 8) & 0xFF]
              ^ TABLES[5][(int) (crc >>> 16) & 0xFF]
              ^ TABLES[4][(int) (crc >>> 24) & 0xFF]
              ^ TABLES[3][(int) (crc >>> 32) & 0xFF]
              ^ TABLES[2][(int) (crc >>> 40) & 0xFF]
              ^ TABLES[1][(int) (crc >>> 48) & 0xFF]
              ^ TABLES[0][(int) (crc >>> 56)];
    }
    for (; at < end; at++) {
      crc = (crc >>> 8) ^ TABLES[0][((int) crc ^ bytes[at]) & 0xFF];
    }
    state = crc;
  }

  @Override
  public long getValue() {
    return ~state;
  }

  @Override
  public void reset() {
    state = -1L;
  }
}
