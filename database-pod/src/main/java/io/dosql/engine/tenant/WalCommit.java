package io.dosql.engine.tenant;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A committed transaction in the WAL: valid until the WAL is written again.
 *
 * @param pages ascending by number
 * @param databasePages size of the database after the commit
 * @param from offset in the WAL of the first frame
 * @param to offset behind the last frame
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record WalCommit(WalReader reader, Page[] pages, int databasePages, long from, long to) {

  /** A page and where in the WAL its newest image lies. */
  record Page(int number, long offset) implements Comparable<Page> {
    @Override
    public int compareTo(Page other) {
      int byNumber = Integer.compareUnsigned(number, other.number);
      return byNumber != 0 ? byNumber : Long.compare(offset, other.offset);
    }
  }

  /** Reads the image of page {@code index} into {@code target}. */
  void read(int index, ByteBuffer target) throws IOException {
    reader.readPage(pages[index].offset(), target);
  }
}
