package io.dosql.engine.hrana;

import io.dosql.engine.session.Durability;

/** Sends the answer to one cursor request over HTTP, a chunk at a time. */
final class CursorSending {

  /** About what the entry takes with which a chunk is full: chunks differ by less. */
  private static final int LAST_ENTRY_BYTES = 1 << 10;

  private final HranaStreams streams;
  private final HranaStreams.Lease lease;
  private final StreamOwner owner;
  private final Encoding encoding;
  private final Durability level;
  private final CursorRun run;
  private final String baton;
  private boolean released;

  CursorSending(
      HranaStreams streams,
      HranaStreams.Lease lease,
      StreamOwner owner,
      Encoding encoding,
      Durability level,
      CursorRun run) {
    this.streams = streams;
    this.lease = lease;
    this.owner = owner;
    this.encoding = encoding;
    this.level = level;
    this.run = run;
    this.baton = streams.announce(lease);
  }

  /** True if the stream was given back; else it is the caller's to discard. */
  boolean send(CursorOutput output) {
    HranaWriter chunk = encoding.writer();
    chunk.cursorHead(baton);
    boolean isLast = fill(chunk);
    CursorOutput.Body body = output.begin();
    boolean ended = false;
    try {
      while (body.write(chunk.toBuffer())) {
        if (isLast) {
          body.end();
          ended = true;
          return released;
        }
        chunk = encoding.writer(chunk.size() + LAST_ENTRY_BYTES);
        isLast = fill(chunk);
      }
      takeBack();
      return released;
    } finally {
      if (!ended) {
        body.breakOff();
      }
    }
  }

  /** Whether this is the last chunk. */
  private boolean fill(HranaWriter chunk) {
    boolean isLast =
        run.fill(
            new CursorRun.Target() {
              @Override
              public void entry(HranaWriter source, int from, int to) {
                chunk.delimitedEntry(source, from, to);
              }

              @Override
              public int size() {
                return chunk.size();
              }
            },
            Long.MAX_VALUE);
    lease.stream().session().settle(level);
    if (isLast) {
      // Before the answer ends: its client may go on with the stream at once.
      run.close();
      released = true;
      String _ = streams.release(lease);
    }
    return isLast;
  }

  /** Nobody has got the baton. */
  private void takeBack() {
    if (released) {
      streams.close(baton, owner);
    }
  }
}
