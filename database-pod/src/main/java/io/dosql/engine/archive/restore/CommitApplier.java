package io.dosql.engine.archive.restore;

import io.dosql.engine.log.CommitPart;
import io.dosql.engine.log.LoggedPart;
import io.dosql.engine.log.PageImage;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Applies one tenant's commits to a database, each when its last part has come: of one that was
 * never completed nothing may get in. A commit of several parts waits in a temporary file. One
 * thread.
 */
final class CommitApplier implements Closeable {

  private final DatabaseFile database;
  private final Path scratch;
  private final long lastLsn;
  private final WrittenPages written = new WrittenPages();

  /** Whether the database holds commits without the one that they changed. */
  private boolean isUnfounded;

  private long lsn;
  private @Nullable Pending pending;

  /**
   * @param lsn what the database holds
   * @param lastLsn commits behind this one are passed over
   * @param scratch an existing folder
   */
  CommitApplier(DatabaseFile database, long lsn, long lastLsn, Path scratch) {
    this.database = database;
    this.lsn = lsn;
    this.lastLsn = lastLsn;
    this.scratch = scratch;
  }

  /** What the database holds now. */
  long lsn() {
    return lsn;
  }

  /** Whether what the database holds is nothing that the tenant ever held. */
  boolean isUnfounded() {
    return isUnfounded;
  }

  /** Takes the tenant's next part, in the order of the log. */
  void add(LoggedPart logged) throws IOException {
    CommitPart part = logged.part();
    if (part.isFirst()) {
      discardPending();
    }
    if (part.lsn() <= lsn || part.lsn() > lastLsn) {
      return;
    }
    if (part.lsn() != lsn + 1 || isUnfounded) {
      written.add(part);
    }
    if (part.isFirst() && part.isLast()) {
      lookForFoundation(part);
      for (PageImage page : part.pages()) {
        database.write(page.number(), page.content().duplicate());
      }
      finish(part);
    } else {
      addToPending(logged, part);
    }
  }

  private void addToPending(LoggedPart logged, CommitPart part) throws IOException {
    if (part.isFirst()) {
      pending = new Pending(part.lsn(), database.pageBytes(), scratch);
    }
    if (pending == null || !pending.isContinuedBy(logged)) {
      // The rest of a commit whose beginning lies elsewhere: it was never completed from here.
      discardPending();
      return;
    }
    pending.add(part);
    if (part.isLast()) {
      lookForFoundation(part);
      pending.moveTo(database);
      discardPending();
      finish(part);
    }
  }

  /** Only a commit that writes every page can do without the one before it. */
  private void lookForFoundation(CommitPart last) {
    if (last.lsn() != lsn + 1 || isUnfounded) {
      isUnfounded = !written.areAllOf(last);
    }
  }

  private void finish(CommitPart part) throws IOException {
    database.resize(part.databaseSizePages());
    lsn = part.lsn();
  }

  private void discardPending() throws IOException {
    Pending discarded = pending;
    pending = null;
    if (discarded != null) {
      discarded.close();
    }
  }

  @Override
  public void close() throws IOException {
    discardPending();
  }

  /** The parts of a commit so far: numbers and images of pages, one after the other. */
  private static final class Pending implements Closeable {
    private final long lsn;
    private final int pageBytes;
    private final FileChannel file;
    private int parts;

    Pending(long lsn, int pageBytes, Path scratch) throws IOException {
      this.lsn = lsn;
      this.pageBytes = pageBytes;
      this.file =
          FileChannel.open(
              Files.createTempFile(scratch, "restore-", ".pages"),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    }

    boolean isContinuedBy(LoggedPart part) {
      return part.part().lsn() == lsn && part.index() == parts;
    }

    void add(CommitPart part) throws IOException {
      parts++;
      ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
      for (PageImage page : part.pages()) {
        write(number.clear().putLong(page.number()).flip());
        write(page.content().duplicate());
      }
    }

    private void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        int _ = file.write(bytes);
      }
    }

    void moveTo(DatabaseFile database) throws IOException {
      file.position(0);
      ByteBuffer entry = ByteBuffer.allocate(Long.BYTES + pageBytes);
      long entries = file.size() / entry.capacity();
      for (long i = 0; i < entries; i++) {
        entry.clear();
        while (entry.hasRemaining()) {
          if (file.read(entry) < 0) {
            throw new EOFException("the temporary file of a commit became shorter");
          }
        }
        long page = entry.flip().getLong();
        database.write(page, entry);
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
