package io.dosql.engine.archive.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The first bytes of a stream. One thread. */
public final class BoundedInput extends FilterInputStream {

  private long left;

  /** Closes {@code in} when it is closed. */
  public BoundedInput(InputStream in, long bytesMax) {
    super(in);
    if (bytesMax < 1) {
      throw new IllegalArgumentException("at least one byte must be read, not " + bytesMax);
    }
    this.left = bytesMax;
  }

  @Override
  public int read() throws IOException {
    if (left == 0) {
      return -1;
    }
    int one = super.read();
    left -= one < 0 ? 0 : 1;
    return one;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (left == 0) {
      return length == 0 ? 0 : -1;
    }
    int got = super.read(target, offset, (int) Math.min(length, left));
    left -= Math.max(got, 0);
    return got;
  }

  @Override
  public long skip(long count) throws IOException {
    long skipped = super.skip(Math.min(count, left));
    left -= skipped;
    return skipped;
  }

  @Override
  public int available() throws IOException {
    return (int) Math.min(super.available(), left);
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
