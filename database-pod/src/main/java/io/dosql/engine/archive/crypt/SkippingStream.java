package io.dosql.engine.archive.crypt;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream without its first bytes, which are read when the first byte behind them is. */
final class SkippingStream extends FilterInputStream {

  private static final int BUFFER_BYTES = 8 << 10;

  private long left;

  /** Closes {@code in} when it is closed. */
  SkippingStream(InputStream in, long count) {
    super(in);
    this.left = count;
  }

  @Override
  public int read() throws IOException {
    skipFirst();
    return super.read();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    skipFirst();
    return super.read(target, offset, length);
  }

  @Override
  public long skip(long count) throws IOException {
    skipFirst();
    return super.skip(count);
  }

  @Override
  public int available() throws IOException {
    return left > 0 ? 0 : super.available();
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void skipFirst() throws IOException {
    byte[] buffer = left > 0 ? new byte[(int) Math.min(left, BUFFER_BYTES)] : new byte[0];
    while (left > 0) {
      int got = super.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (got < 0) {
        left = 0;
        return;
      }
      left -= got;
    }
  }
}
