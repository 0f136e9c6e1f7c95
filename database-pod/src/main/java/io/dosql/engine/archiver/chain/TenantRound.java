package io.dosql.engine.archiver.chain;

import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LoggedPart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a round has read of one tenant. Its commits are in ranges without gaps: there are several
 * when it was deleted and made again meanwhile, for then numbers are left out. Not thread safe.
 */
final class TenantRound {

  private final String tenant;
  private final PageSpool spool;
  private final List<CommitRange> ranges = new ArrayList<>();
  private @Nullable CommitInProgress open;

  /** From here on the log's commits do not do; null while they do. */
  private @Nullable LogPosition broken;

  private long lastLsn;

  TenantRound(String tenant, PageSpool spool) {
    this.tenant = tenant;
    this.spool = spool;
  }

  String tenant() {
    return tenant;
  }

  /** Adds the next part; {@code isWanted}: whether its pages are needed. */
  void add(LoggedPart part, boolean isWanted) throws IOException {
    if (part.part().isFirst()) {
      forgetOpen();
      open = new CommitInProgress(spool, part, isWanted && broken == null);
    }
    CommitInProgress commit = open;
    if (commit == null || !commit.isContinuedBy(part)) {
      // A part whose commit began before anything that was read. It matters if it is whole now.
      forgetOpen();
      if (part.part().isLast() && isWanted) {
        breakAt(part.position());
      }
      return;
    }
    if (part.part().pageSizeBytes() != spool.pageBytes()) {
      commit.drop();
    }
    commit.add(part);
    if (part.part().isLast()) {
      open = null;
      complete(commit, isWanted);
    }
  }

  private void complete(CommitInProgress commit, boolean isWanted) {
    if (!isWanted || broken != null) {
      commit.drop();
      return;
    }
    if (commit.isDropped() || commit.databasePages() == 0 || commit.lsn() <= lastLsn) {
      commit.drop();
      breakAt(commit.firstPosition());
      return;
    }
    lastLsn = commit.lsn();
    if (!ranges.isEmpty() && ranges.getLast().isFollowedBy(commit.lsn())) {
      ranges.getLast().add(commit);
    } else {
      ranges.add(new CommitRange(spool, commit));
    }
  }

  private void breakAt(LogPosition position) {
    if (broken == null) {
      broken = position;
    }
  }

  private void forgetOpen() {
    if (open != null) {
      open.drop();
      open = null;
    }
  }

  /** In the order of their commits. */
  List<CommitRange> ranges() {
    return ranges;
  }

  Optional<CommitInProgress> open() {
    return Optional.ofNullable(open);
  }

  /** Where the first commit begins that can only come with a snapshot. */
  Optional<LogPosition> broken() {
    return Optional.ofNullable(broken);
  }

  int pagesOfRanges() {
    return ranges.stream().mapToInt(CommitRange::pageCount).sum();
  }

  int pagesInProgress() {
    return open == null ? 0 : open.pages().size();
  }
}
