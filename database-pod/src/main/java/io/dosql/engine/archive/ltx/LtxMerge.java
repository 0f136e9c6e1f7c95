package io.dosql.engine.archive.ltx;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Several LTX files that follow each other as one: of each page the newest image, without those
 * beyond the end of the database.
 *
 * <p>All files are read at once, page by page, in one pass: memory is three pages and about three
 * bytes per page for each file, whatever they hold. Each is verified to its end, so that what is
 * made of a damaged one is never whole: it has no end then.
 */
public final class LtxMerge {

  /**
   * A file to be merged.
   *
   * @param object named in errors
   * @param in buffered, at the file's beginning; stays the caller's
   */
  public record Source(String object, InputStream in) {}

  private LtxMerge() {}

  /**
   * Merges files into one.
   *
   * @param sources at least one, in the order of their transactions: each begins at the latest
   *     behind the last transaction of the one before, and goes further
   * @param out buffered; flushed and closed by the caller
   * @return the header of what was written: from the first to the last transaction, at the time of
   *     the last
   * @throws CorruptLtxException when a file is damaged, or does not continue the one before
   */
  public static LtxHeader merge(List<Source> sources, OutputStream out) throws IOException {
    List<Input> inputs = new ArrayList<>();
    for (Source source : sources) {
      Input input = new Input(source);
      if (!inputs.isEmpty()) {
        input.checkContinues(inputs.getLast());
      }
      inputs.add(input);
    }
    LtxHeader header = mergedHeader(inputs.getFirst().header(), inputs);
    LtxWriter writer = new LtxWriter(out, header);
    for (Input input : inputs) {
      input.advance();
    }
    for (long page = lowestPage(inputs); page != 0; page = lowestPage(inputs)) {
      writeNewest(page, inputs, header, writer);
    }
    writer.finish();
    return header;
  }

  private static LtxHeader mergedHeader(LtxHeader first, List<Input> inputs) {
    LtxHeader last = inputs.getLast().header();
    boolean isKnown = inputs.stream().allMatch(input -> input.header().firstLogObject() > 0);
    long firstObject = isKnown ? first.firstLogObject() : 0;
    long endObject = isKnown ? last.firstLogObject() + last.logObjects() : 0;
    return new LtxHeader(
        first.pageSizeBytes(),
        last.pageCount(),
        first.minTxid(),
        last.maxTxid(),
        last.time(),
        firstObject,
        Math.max(0, endObject - firstObject));
  }

  /** The number of the next page that any file has; 0 when all have ended. */
  private static long lowestPage(List<Input> inputs) {
    long lowest = 0;
    for (Input input : inputs) {
      if (input.page != 0 && (lowest == 0 || input.page < lowest)) {
        lowest = input.page;
      }
    }
    return lowest;
  }

  private static void writeNewest(long page, List<Input> inputs, LtxHeader header, LtxWriter writer)
      throws IOException {
    boolean isWritten = page > header.pageCount();
    for (Input input : inputs.reversed()) {
      if (input.page == page) {
        if (!isWritten) {
          writer.writePage(page, input.image);
          isWritten = true;
        }
        input.advance();
      }
    }
  }

  /** A file, at one of its pages. */
  private static final class Input {

    private final String object;
    private final LtxReader reader;
    private final byte[] image;

    /** Number of the page in {@link #image}; 0 before the first and behind the last. */
    private long page;

    Input(Source source) throws IOException {
      this.object = source.object();
      this.reader = new LtxReader(object, source.in());
      this.image = new byte[reader.header().pageSizeBytes()];
    }

    LtxHeader header() {
      return reader.header();
    }

    void advance() throws IOException {
      page = reader.nextPage(image);
    }

    void checkContinues(Input before) throws CorruptLtxException {
      LtxHeader previous = before.header();
      if (header().pageSizeBytes() != previous.pageSizeBytes()) {
        throw new CorruptLtxException(
            object, 8, "page size", "" + previous.pageSizeBytes(), "" + header().pageSizeBytes());
      }
      if (header().minTxid() > previous.maxTxid() + 1) {
        throw new CorruptLtxException(
            object,
            16,
            "min TXID behind " + before.object,
            "at most " + (previous.maxTxid() + 1),
            "" + header().minTxid());
      }
      if (header().maxTxid() <= previous.maxTxid()) {
        throw new CorruptLtxException(
            object,
            24,
            "max TXID behind " + before.object,
            "more than " + previous.maxTxid(),
            "" + header().maxTxid());
      }
    }
  }
}
