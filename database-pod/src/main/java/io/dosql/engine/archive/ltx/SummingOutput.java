package io.dosql.engine.archive.ltx;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Checksum;

/** Passes bytes on and adds them to a checksum. Leaves closing to the owner of the target. */
final class SummingOutput extends OutputStream {

  private final OutputStream target;
  private final Checksum checksum;

  SummingOutput(OutputStream target, Checksum checksum) {
    this.target = target;
    this.checksum = checksum;
  }

  @Override
  public void write(int value) throws IOException {
    checksum.update(value);
    target.write(value);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    checksum.update(bytes, offset, length);
    target.write(bytes, offset, length);
  }
}
