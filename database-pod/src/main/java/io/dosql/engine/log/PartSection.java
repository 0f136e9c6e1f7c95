package io.dosql.engine.log;

import java.nio.ByteBuffer;

/**
 * A typed section of a part that is not its page images. The log stores sections and gives them
 * back without knowing what they mean, so that a later engine may add some (row changes) and this
 * one still reads the pages beside them.
 *
 * @param type from 2 to 65535; 1 is the page images
 * @param content the raw bytes; the log compresses them where that helps
 */
public record PartSection(int type, ByteBuffer content) {

  /** The section that holds the page images. */
  static final int PAGES = 1;

  private static final int MAX_TYPE = 0xFFFF;

  public PartSection {
    if (type <= PAGES || type > MAX_TYPE) {
      throw new IllegalArgumentException("A section's type is from 2 to " + MAX_TYPE + ": " + type);
    }
  }
}
