package io.dosql.engine.tenant;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A committed transaction in the WAL: valid until the WAL is written again.
 *
 * @param pages ascending by number
 * @param databasePages size of the database after the commit
 * @param from offset in the WAL of the first frame
 * @param to offset behind the last frame
 * @param frames all of them, if they are few; else null
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record WalCommit(
    WalReader reader,
    Page[] pages,
    int databasePages,
    long from,
    long to,
    @Nullable ByteBuffer frames) {

  /** A page and where in the WAL its newest image lies. */
  record Page(int number, long offset) implements Comparable<Page> {
    @Override
    public int compareTo(Page other) {
      int byNumber = Integer.compareUnsigned(number, other.number);
      return byNumber != 0 ? byNumber : Long.compare(offset, other.offset);
    }
  }

  /** The image of page {@code index}; not to be changed. */
  ByteBuffer page(int index) throws IOException {
    long offset = pages[index].offset();
    return frames == null
        ? reader.readPage(offset)
        : frames.slice((int) (offset - from), reader.pageSize());
  }
}
