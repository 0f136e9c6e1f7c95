package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TenantCommitsTest {

  private final TenantCommits commits = new TenantCommits();

  private static LoggedCommit commit(long lsn, long... positions) {
    return new LoggedCommit(lsn, Arrays.stream(positions).mapToObj(LogPosition::new).toList());
  }

  @Test
  void aCommitExistsWithItsLastPart() {
    commits.begin(1, 10, false);
    commits.add(1, 20, false);
    assertThat(commits.after(0)).isEmpty();
    assertThat(commits.lastLsn()).isEmpty();
    commits.add(1, 30, true);
    assertThat(commits.after(0)).containsExactly(commit(1, 10, 20, 30));
    assertThat(commits.lastLsn()).hasValue(1);
  }

  @Test
  void aFirstPartBeginsAnUnfinishedCommitAnew() {
    commits.begin(1, 10, false);
    commits.begin(1, 20, false);
    commits.add(1, 30, true);
    assertThat(commits.after(0)).containsExactly(commit(1, 20, 30));
  }

  @Test
  void theLastCompleteCommitOfAnLsnWins() {
    commits.begin(1, 10, true);
    commits.begin(2, 20, true);
    commits.begin(3, 30, true);
    commits.begin(2, 40, false);
    assertThat(commits.after(0))
        .as("until the new one is complete")
        .containsExactly(commit(1, 10), commit(2, 20), commit(3, 30));
    commits.add(2, 50, true);
    assertThat(commits.after(0)).containsExactly(commit(1, 10), commit(2, 40, 50));
  }

  @Test
  void anAbandonedReplacementLeavesWhatItWouldHaveReplaced() {
    commits.begin(1, 10, true);
    commits.begin(1, 20, false);
    commits.dropUnfinished();
    assertThat(commits.after(0)).containsExactly(commit(1, 10));
  }

  @Test
  void theOldestPositionIsThatOfAnUnfinishedCommitIfThereIsNoOther() {
    commits.begin(1, 10, true);
    commits.begin(2, 20, false);
    commits.dropUpTo(1);
    assertThat(commits.oldestPosition()).isEqualTo(20);
  }

  @Test
  void droppingKeepsWhatComesAfter() {
    for (int lsn = 1; lsn <= 1000; lsn++) {
      commits.begin(lsn, lsn * 10L, false);
      commits.add(lsn, lsn * 10L + 5, true);
      commits.dropUpTo(lsn - 3L);
    }
    assertThat(commits.size()).isEqualTo(6);
    assertThat(commits.after(998))
        .isEqualTo(List.of(commit(999, 9990, 9995), commit(1000, 10000, 10005)));
    commits.dropUpTo(Long.MAX_VALUE);
    assertThat(commits.isEmpty()).isTrue();
  }

  @Test
  void onlyTheNextOrAnEarlierLsnMayBegin() {
    assertThat(commits.mayBegin(77)).isTrue();
    commits.begin(77, 10, true);
    assertThat(commits.mayBegin(78)).isTrue();
    assertThat(commits.mayBegin(76)).isTrue();
    assertThat(commits.mayBegin(79)).isFalse();
  }
}
