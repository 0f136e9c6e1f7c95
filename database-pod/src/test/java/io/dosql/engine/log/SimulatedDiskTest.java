package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The disk that other tests build on is tested like a real one, and keeps its promises of loss. */
class SimulatedDiskTest extends LogStorageContract {

  private final SimulatedDisk disk = new SimulatedDisk(new Random(1));

  @Override
  LogStorage storage() {
    return disk;
  }

  private static byte[] filled(int value) {
    byte[] bytes = new byte[4 * LogFormat.SECTOR_BYTES];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private LogFile syncedFile() throws IOException {
    LogFile file = disk.create("a");
    file.write(ByteBuffer.wrap(filled(1)), 0);
    file.sync();
    disk.syncDirectory();
    return file;
  }

  @Test
  void aPowerLossKeepsAllThatWasSynced() throws IOException {
    syncedFile().close();
    disk.restartAfterPowerLoss();
    assertThat(disk.content("a")).isEqualTo(filled(1));
  }

  @Test
  void aPowerLossTearsWhatWasNotSynced() throws IOException {
    boolean wasTorn = false;
    for (int i = 0; i < 50 && !wasTorn; i++) {
      SimulatedDiskTest fresh = new SimulatedDiskTest();
      try (LogFile file = fresh.syncedFile()) {
        for (int j = 0; j < i; j++) {
          fresh.disk.restartAfterPowerLoss();
        }
        file.write(ByteBuffer.wrap(filled(2)), 0);
      }
      fresh.disk.restartAfterPowerLoss();
      byte[] content = fresh.disk.content("a");
      wasTorn = content[0] != content[LogFormat.SECTOR_BYTES];
    }
    assertThat(wasTorn).isTrue();
  }

  @Test
  void afterAFailedSyncALaterSyncSucceedsWithoutWriting() throws IOException {
    LogFile file = syncedFile();
    file.write(ByteBuffer.wrap(filled(2)), 0);
    SimulatedDisk.Faults faults = new SimulatedDisk.Faults();
    faults.syncErrors = 1;
    disk.setFaults(faults);
    assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
    disk.setFaults(new SimulatedDisk.Faults());
    file.sync();
    assertThat(disk.content("a")).isEqualTo(filled(2));
    disk.restartAfterPowerLoss();
    assertThat(disk.content("a")).isNotEqualTo(filled(2));
  }
}
