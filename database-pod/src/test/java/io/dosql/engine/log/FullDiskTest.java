package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A disk without space for a further segment stops the log, kills nobody, and loses nothing. */
@ExtendWith(QuietLog.class)
class FullDiskTest {

  private final SimulatedDisk disk = new SimulatedDisk(new Random(1));
  private final List<Throwable> fatal = new ArrayList<>();
  private boolean isFull;

  /** Has no space for new files while it is full. */
  private final LogStorage storage =
      new ForwardingLogStorage(disk) {
        @Override
        public LogFile create(String name) throws IOException {
          LogFile file = super.create(name);
          return new LogFile() {
            @Override
            public long sizeBytes() throws IOException {
              return file.sizeBytes();
            }

            @Override
            public int read(ByteBuffer target, long offset) throws IOException {
              return file.read(target, offset);
            }

            @Override
            public int write(ByteBuffer source, long offset) throws IOException {
              if (isFull && offset + source.remaining() > file.sizeBytes()) {
                throw new IOException("No space left on device");
              }
              return file.write(source, offset);
            }

            @Override
            public void sync() throws IOException {
              file.sync();
            }

            @Override
            public void close() throws IOException {
              file.close();
            }
          };
        }
      };

  private final ManualWorkers workers = new ManualWorkers();
  private long lsn;

  private CommitLog open() throws IOException {
    return TestLogs.open(TestLogs.SMALL, storage, fatal::add, workers);
  }

  /** Appends and flushes until the log has no segment for what comes next. */
  private LogPosition fill(CommitLog log) throws Exception {
    isFull = true;
    LogPosition last = log.settled();
    while (!log.waitsForSpace()) {
      last = log.append(CommitParts.commit("a", ++lsn, 40));
      workers.flush();
    }
    return last;
  }

  @Test
  void withoutSpaceNothingIsAcknowledged_andTheProcessLives() throws Exception {
    CommitLog log = open();
    LogPosition last = fill(log);
    workers.flush();
    assertThat(fatal).isEmpty();
    assertThat(log.settled()).isLessThan(last);
    assertThat(disk.list()).describedAs("what was begun takes no space").hasSize(1);
    // What was settled before can still be read.
    assertThat(log.commitsAfter("a", 0)).hasSize((int) lsn);
    try (PartReader reader = log.partReader()) {
      LogPosition first = log.commitsAfter("a", 0).getFirst().parts().getFirst();
      assertThat(reader.read(first).part().lsn()).isEqualTo(1);
    }
  }

  @Test
  void withSpaceAgainItGoesOnByItself_andNothingIsMissing() throws Exception {
    CommitLog log = open();
    LogPosition last = fill(log);
    log.append(CommitParts.commit("a", ++lsn));
    isFull = false;
    workers.flush();
    assertThat(log.waitsForSpace()).isFalse();
    assertThat(log.settled()).isGreaterThan(last);
    log.close();
    assertThat(fatal).isEmpty();
    assertThat(open().commitsAfter("a", 0)).hasSize((int) lsn);
  }

  @Test
  void aSegmentThatWasPreparedInTimeIsUsed() throws Exception {
    CommitLog log = open();
    for (int i = 0; i < 3; i++) {
      log.append(CommitParts.commit("a", ++lsn, 40));
      workers.flush();
    }
    workers.keepHouse();
    isFull = true;
    while (log.statistics().segments() < 2) {
      LogPosition position = log.append(CommitParts.commit("a", ++lsn, 40));
      workers.flush();
      assertThat(log.settled()).isGreaterThanOrEqualTo(position);
    }
  }

  @Test
  void closingWithoutSpaceSaysThatNotAllIsDurable() throws Exception {
    CommitLog log = open();
    fill(log);
    assertThatThrownBy(log::close)
        .isInstanceOf(LogBusyException.class)
        .hasMessageContaining("no space");
    isFull = false;
    assertThat(open().commitsAfter("a", 0)).hasSize((int) lsn - 1);
  }
}
