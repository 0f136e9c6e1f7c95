package io.dosql.engine.archive.ltx;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * The pages of one file, remembered while they stream by, for the index at its end.
 *
 * <p>Kept as two variable-length integers a page (step of the page number, size), about three
 * bytes, because a database of 10 GB has 2.6 million pages and the pod 128 MiB. Offsets follow from
 * the sizes, since pages lie one behind the other. One thread at a time.
 */
final class PageIndex {

  private byte[] steps = new byte[1024];
  private int used;
  private long lastPage;

  /** Adds the page that follows in the file; {@code sizeBytes} includes the page header. */
  void add(long page, int sizeBytes) {
    put(page - lastPage);
    put(sizeBytes);
    lastPage = page;
  }

  /** Number of the page added last, 0 before the first. */
  long lastPage() {
    return lastPage;
  }

  /** Writes the index as it stands in the file, with the closing zero and its size. */
  void writeTo(OutputStream out) throws IOException {
    CountingVarints target = new CountingVarints(out);
    long page = 0;
    long offset = LtxFormat.HEADER_BYTES;
    int at = 0;
    while (at < used) {
      long step = get(at);
      at += length(step);
      long sizeBytes = get(at);
      at += length(sizeBytes);
      page += step;
      target.write(page);
      target.write(offset);
      target.write(sizeBytes);
      offset += sizeBytes;
    }
    target.write(0);
    byte[] size = new byte[Long.BYTES];
    BigEndian.putLong(size, 0, target.written);
    out.write(size);
  }

  private void put(long value) {
    if (steps.length - used < 10) {
      steps = Arrays.copyOf(steps, Math.addExact(steps.length, steps.length / 2));
    }
    long rest = value;
    while (rest > 0x7F) {
      steps[used++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    steps[used++] = (byte) rest;
  }

  private long get(int offset) {
    long value = 0;
    int at = offset;
    for (int shift = 0; ; shift += 7) {
      byte next = steps[at++];
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  private static int length(long value) {
    return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
  }

  private static final class CountingVarints {

    private final OutputStream out;
    private long written;

    CountingVarints(OutputStream out) {
      this.out = out;
    }

    void write(long value) throws IOException {
      long rest = value;
      while (rest > 0x7F) {
        out.write((int) (rest | 0x80) & 0xFF);
        rest >>>= 7;
        written++;
      }
      out.write((int) rest);
      written++;
    }
  }
}
