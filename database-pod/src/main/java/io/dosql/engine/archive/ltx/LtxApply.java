package io.dosql.engine.archive.ltx;

import java.io.IOException;
import java.io.InputStream;

/** Applies LTX files to databases: the pages of each, and the size that it leaves. */
public final class LtxApply {

  /** A database that is being made. */
  public interface Target {

    /** Takes a page's image, which is not kept. */
    void write(long page, byte[] image) throws IOException;

    /** Cuts or extends to this many pages. */
    void resize(long pages) throws IOException;
  }

  private LtxApply() {}

  /**
   * Applies a file. <b>Pages are written before the checksum behind them is known</b>: what was
   * made counts only once this returns.
   *
   * @param object names the file in errors
   * @param in buffered, at its beginning
   * @return its header
   * @throws CorruptLtxException when it is truncated or altered
   */
  public static LtxHeader apply(String object, InputStream in, Target target) throws IOException {
    LtxReader reader = new LtxReader(object, in);
    byte[] image = new byte[reader.header().pageSizeBytes()];
    for (long page = reader.nextPage(image); page != 0; page = reader.nextPage(image)) {
      target.write(page, image);
    }
    target.resize(reader.header().pageCount());
    return reader.header();
  }
}
