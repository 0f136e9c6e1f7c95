package io.dosql.engine.tenant;

import io.dosql.engine.changes.Change;
import io.dosql.engine.changes.ChangeDecoder;
import io.dosql.engine.changes.ChangeFormat;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.LoggedPart;
import io.dosql.engine.log.PartSection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a tenant's changes from the log, commit by commit, as a change stream would. */
final class LoggedChanges implements AutoCloseable {

  /**
   * A commit of the tenant.
   *
   * @param changes empty if they were not captured
   */
  record Commit(long lsn, int parts, Optional<List<Change>> changes) {}

  private final String tenant;
  private final LogReader reader;
  private final ChangeDecoder decoder = new ChangeDecoder();
  private List<Change> changes = new ArrayList<>();
  private boolean isCaptured;
  private int parts;

  LoggedChanges(CommitLog log, String tenant) throws IOException {
    this.tenant = tenant;
    this.reader = log.reader(log.oldest());
  }

  /** The commits that have settled since the last call. */
  List<Commit> next() throws IOException {
    List<Commit> commits = new ArrayList<>();
    Optional<LoggedPart> next = reader.next();
    while (next.isPresent()) {
      if (next.get().part().tenant().equals(tenant)) {
        add(next.get(), commits);
      }
      next = reader.next();
    }
    return commits;
  }

  private void add(LoggedPart part, List<Commit> commits) throws IOException {
    boolean isComplete = !isCaptured;
    for (PartSection section : part.part().sections()) {
      if (section.type() == ChangeFormat.SECTION_TYPE) {
        isCaptured = true;
        isComplete = decoder.decode(section.content(), changes::add);
      }
    }
    parts++;
    if (part.part().isLast()) {
      commits.add(
          new Commit(
              part.part().lsn(), parts, isCaptured ? Optional.of(changes) : Optional.empty()));
      if (isCaptured && !isComplete && part.part().sections().isEmpty() && parts == 1) {
        throw new IllegalStateException("the changes of a commit have no end");
      }
      changes = new ArrayList<>();
      isCaptured = false;
      parts = 0;
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
