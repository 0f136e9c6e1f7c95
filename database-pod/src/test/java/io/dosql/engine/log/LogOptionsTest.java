package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogOptionsTest {

  private static LogOptions options(int segment, int buffered, int pages, int sections) {
    return new LogOptions(segment, buffered, pages, sections, Duration.ZERO, Duration.ZERO);
  }

  @Test
  void theDefaultsFitTogether() {
    assertThat(LogOptions.DEFAULT.segmentBytes()).isEqualTo(16 << 20);
    assertThat(LogOptions.DEFAULT.maxBatchBytes()).isEqualTo(4 << 20);
  }

  @Test
  void aLimitThatDoesNotFitTheOthersIsNamed() {
    assertThatThrownBy(() -> options(64 << 10, 1 << 20, 64 << 10, 0))
        .hasMessageContaining("segmentBytes must be from");
    assertThatThrownBy(() -> options(1 << 20, 100 << 10, 64 << 10, 0))
        .hasMessageContaining("maxBufferedBytes must be from");
    assertThatThrownBy(() -> options(1 << 20, 1 << 20, 32 << 10, 0))
        .hasMessageContaining("maxPartPageBytes must be from");
    assertThatThrownBy(() -> options(1 << 20, 1 << 20, 64 << 10, -1))
        .hasMessageContaining("maxPartSectionBytes must be from");
    assertThatThrownBy(() -> options((1 << 20) + 8, 1 << 20, 64 << 10, 0))
        .hasMessageContaining("segmentBytes must be a multiple of 512");
  }
}
