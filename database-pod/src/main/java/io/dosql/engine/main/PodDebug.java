package io.dosql.engine.main;

import io.dosql.engine.admin.DebugSource;
import io.dosql.engine.admin.DebugState;
import io.dosql.engine.admin.DebugState.AwakeTenant;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantSummary;
import io.dosql.engine.tenant.Tenants;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** Puts the state together from the pod's parts. */
final class PodDebug implements DebugSource {

  private static final int TENANTS_MAX = 1_000;

  private final MemoryBudget budget;
  private final ContainerMemory memory;
  private final MemoryGuard guard;
  private final Tenants tenants;
  private final LongSupplier nanoTime;
  private final long startNanos;

  PodDebug(
      MemoryBudget budget,
      ContainerMemory memory,
      MemoryGuard guard,
      Tenants tenants,
      LongSupplier nanoTime) {
    this.budget = budget;
    this.memory = memory;
    this.guard = guard;
    this.tenants = tenants;
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
  }

  @Override
  public DebugState current() {
    return new DebugState(
        Duration.ofNanos(nanoTime.getAsLong() - startNanos),
        memory(),
        tenants.total(),
        tenants.awake(),
        tenants.awakeByName(TENANTS_MAX).stream().map(PodDebug::awake).toList());
  }

  private static AwakeTenant awake(Tenant tenant) {
    TenantSummary summary = tenant.summary();
    return new AwakeTenant(
        tenant.name().value(), summary.lsn(), summary.sizeBytes(), tenant.walBytes());
  }

  private Map<String, Long> memory() {
    Map<String, Long> bytes = new LinkedHashMap<>();
    put(bytes, "residentBytes", memory.residentBytes());
    put(bytes, "unreclaimableBytes", memory.usedBytes());
    Runtime runtime = Runtime.getRuntime();
    bytes.put("heapUsedBytes", runtime.totalMemory() - runtime.freeMemory());
    bytes.put("limitBytes", budget.limitBytes());
    bytes.put("jvmShareBytes", MemoryBudget.JVM_BYTES);
    bytes.put("socketShareBytes", MemoryBudget.SOCKET_BYTES);
    bytes.put("heapShareBytes", budget.heapBytes());
    bytes.put("heapLogBufferShareBytes", budget.logBufferBytes());
    bytes.put("heapRequestShareBytes", budget.requestBytes());
    bytes.put("heapResultShareBytes", budget.resultBytes());
    bytes.put("sqliteShareBytes", budget.sqliteBytes());
    bytes.put("sheds", guard.sheds());
    return bytes;
  }

  private static void put(Map<String, Long> bytes, String name, OptionalLong value) {
    if (value.isPresent()) {
      bytes.put(name, value.getAsLong());
    }
  }
}
