package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.http.HttpLimits;
import io.dosql.engine.tenant.TenantLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryBudgetTest {

  private static final long MIB = 1 << 20;

  private static MemoryBudget budget(long limitMib, long heapMib) throws Exception {
    return MemoryBudget.of(OptionalLong.of(limitMib * MIB), heapMib * MIB);
  }

  @ParameterizedTest
  @ValueSource(longs = {128, 192, 256, 512, 1024, 4096})
  void thePartsGoIntoTheContainer(long limitMib) throws Exception {
    MemoryBudget budget = budget(limitMib, limitMib * 28 / 100);
    assertThat(
            MemoryBudget.JVM_BYTES
                + MemoryBudget.SOCKET_BYTES
                + budget.heapBytes()
                + budget.sqliteBytes())
        .isLessThanOrEqualTo(budget.limitBytes());
    assertThat(budget.logBufferBytes() + budget.requestBytes() + budget.resultBytes())
        .isLessThan(budget.heapBytes() * 2 / 3);
    assertThat(budget.http(HttpLimits.DEFAULT).maxBodyBytes())
        .isLessThanOrEqualTo((int) budget.requestBytes());
    assertThat(budget.tenants(TenantLimits.DEFAULT).maxResultBytes())
        .isLessThan(budget.resultBytes());
    assertThat(budget.tenants(TenantLimits.DEFAULT).maxAwake()).isGreaterThanOrEqualTo(100);
  }

  @Test
  void whereNothingIsBoundedTheLimitsAreTheUsualOnes() {
    MemoryBudget budget = MemoryBudget.withoutLimit(1024 * MIB);
    assertThat(budget.http(HttpLimits.DEFAULT)).isEqualTo(HttpLimits.DEFAULT);
    assertThat(budget.tenants(TenantLimits.DEFAULT).maxAwake())
        .isEqualTo(TenantLimits.DEFAULT.maxAwake());
  }

  @Test
  void aContainerThatIsTooSmallIsRefusedWithWhatToDo() {
    assertThatThrownBy(() -> budget(100, 40))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContainingAll("100 MiB", "40 MiB", "spec.resources.limits.memory", "-Xmx");
  }

  @Test
  void theLimitIsReadFromEitherVersionOfControlGroups(@TempDir Path folder) throws IOException {
    assertThat(new ContainerMemory(folder).limitBytes()).isEmpty();
    write(folder, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
    assertThat(new ContainerMemory(folder).limitBytes()).isEmpty();
    write(folder, "sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728");
    assertThat(new ContainerMemory(folder).limitBytes()).hasValue(128 * MIB);
    write(folder, "sys/fs/cgroup/memory.max", "268435456");
    assertThat(new ContainerMemory(folder).limitBytes()).hasValue(256 * MIB);
    write(folder, "sys/fs/cgroup/memory.max", "max");
    assertThat(new ContainerMemory(folder).limitBytes()).hasValue(128 * MIB);
  }

  @Test
  void theLimitIsThatOfTheProcesssOwnGroup(@TempDir Path folder) throws IOException {
    write(folder, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
    write(folder, "sys/fs/cgroup/memory/some/pod/memory.limit_in_bytes", "134217728");
    write(folder, "proc/self/cgroup", "9:name=systemd:/x\n4:memory:/some/pod\n0::/");
    assertThat(new ContainerMemory(folder).limitBytes()).hasValue(128 * MIB);
    write(folder, "proc/self/cgroup", "4:memory:/not/mounted/here");
    assertThat(new ContainerMemory(folder).limitBytes()).isEmpty();
    write(folder, "sys/fs/cgroup/pod/memory.max", "268435456");
    write(folder, "proc/self/cgroup", "0::/pod");
    assertThat(new ContainerMemory(folder).limitBytes()).hasValue(256 * MIB);
  }

  @Test
  void pagesOfFilesAreResidentButNotUsed(@TempDir Path folder) throws IOException {
    write(
        folder,
        "proc/self/status",
        "Name:\tjava\nVmRSS:\t  300 kB\nRssAnon:\t  150 kB\nRssFile:\t  100 kB\nRssShmem:\t   50 kB\n");
    ContainerMemory memory = new ContainerMemory(folder);
    assertThat(memory.residentBytes()).hasValue(300 * 1024);
    assertThat(memory.usedBytes()).hasValue(200 * 1024);
  }

  private static void write(Path folder, String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text + "\n");
  }
}
