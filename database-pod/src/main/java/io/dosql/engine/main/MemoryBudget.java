package io.dosql.engine.main;

import io.dosql.engine.http.HttpLimits;
import io.dosql.engine.http.StreamLimits;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.tenant.TenantLimits;
import java.util.List;
import java.util.OptionalLong;

/**
 * How the pod's memory is shared out. Every part that grows with use has its share here, and is
 * bounded by it somewhere else.
 *
 * <pre>
 *   container's limit
 *   ├── the JVM itself: classes, compiled code, stacks, its own bookkeeping     JVM_BYTES
 *   ├── its heap                                                               heapBytes
 *   │     ├── commits that are not durable yet                  logBufferBytes
 *   │     ├── bodies of requests in work                        requestBytes
 *   │     ├── results in work and on their way                  resultBytes
 *   │     └── the rest: sessions, tokens, connections, room for the collector
 *   ├── sockets' buffers                                                       SOCKET_BYTES
 *   └── SQLite: pages, schemas, statements of the tenants that are awake       sqliteBytes
 * </pre>
 *
 * @param limitBytes what all of it may take
 * @param isContainer whether that is a container's limit, and not only what the shares add up to
 * @param heapBytes the largest heap
 * @param logBufferBytes of the heap
 * @param requestBytes of the heap
 * @param resultBytes of the heap
 * @param sqliteBytes outside the heap
 */
record MemoryBudget(
    long limitBytes,
    boolean isContainer,
    long heapBytes,
    long logBufferBytes,
    long requestBytes,
    long resultBytes,
    long sqliteBytes) {

  private static final long MIB = 1 << 20;

  /**
   * Measured, without the compiler C2, which takes 15 MiB more and which the operator switches off
   * in small containers: see docs/memory.md. Pages of files are not in it.
   */
  static final long JVM_BYTES = 60 * MIB;

  /** Netty's direct buffers. */
  static final long SOCKET_BYTES = 8 * MIB;

  /** Below that not even a hundred tenants could be awake. */
  static final long MIN_SQLITE_BYTES = 16 * MIB;

  /** Where no limit is known: as much as can be of use. */
  private static final long SQLITE_BYTES_WITHOUT_LIMIT = 512 * MIB;

  /** Of the heap: a fifth each. */
  private static final int HEAP_PARTS = 5;

  /** A result's buffer doubles when it is full, and a body is read into text. */
  private static final int LARGEST_PER_SHARE = 2;

  /**
   * A tenant that is awake: a writer and, most of the time, one reader, each with its schema, some
   * statements and the least of pages.
   */
  private static final long BYTES_PER_AWAKE_TENANT = 192 << 10;

  private static final int CONNECTIONS_PER_TENANT = 2;
  private static final int MIN_PAGE_CACHE_BYTES = 64 << 10;

  /** From here on memory is shed, in per cent of the limit. */
  static final int SHED_PERCENT = 80;

  /** The budget where nothing but the heap is bounded. */
  static MemoryBudget withoutLimit(long heapBytes) {
    return share(
        JVM_BYTES + SOCKET_BYTES + heapBytes + SQLITE_BYTES_WITHOUT_LIMIT, false, heapBytes);
  }

  /**
   * The budget of this process.
   *
   * @throws InvalidConfigurationException if the parts do not go into the container
   */
  static MemoryBudget of(OptionalLong containerLimit, long heapBytes)
      throws InvalidConfigurationException {
    if (containerLimit.isEmpty()) {
      return withoutLimit(heapBytes);
    }
    long limit = containerLimit.getAsLong();
    if (limit < JVM_BYTES + SOCKET_BYTES + heapBytes + MIN_SQLITE_BYTES) {
      throw new InvalidConfigurationException(
          List.of(
              "The container's memory limit is %d MiB. A heap of %d MiB, the JVM (%d MiB), sockets"
                      .formatted(limit / MIB, heapBytes / MIB, JVM_BYTES / MIB)
                  + " (%d MiB) and SQLite (%d MiB at least) do not go into it. Raise"
                      .formatted(SOCKET_BYTES / MIB, MIN_SQLITE_BYTES / MIB)
                  + " spec.resources.limits.memory, or lower the heap (-Xmx)."));
    }
    return share(limit, true, heapBytes);
  }

  private static MemoryBudget share(long limit, boolean isContainer, long heapBytes) {
    long share = heapBytes / HEAP_PARTS;
    return new MemoryBudget(
        limit,
        isContainer,
        heapBytes,
        LogOptions.DEFAULT.maxBufferedBytes(),
        Math.min(share, HttpLimits.DEFAULT.maxBufferedBytes()),
        Math.min(share, StreamLimits.DEFAULT.maxResultBufferBytes()),
        limit - heapBytes - JVM_BYTES - SOCKET_BYTES);
  }

  /** Those, within the budget. */
  HttpLimits http(HttpLimits most) {
    return most.withMemory(
        (int) Math.min(most.maxBodyBytes(), requestBytes / LARGEST_PER_SHARE),
        requestBytes,
        most.maxResultBytes());
  }

  StreamLimits streams() {
    return StreamLimits.DEFAULT.withMaxResultBufferBytes(resultBytes);
  }

  /**
   * Those, within the budget: tenants that may be awake at once, the pages that each of their
   * connections keeps, what statements and results may take.
   */
  TenantLimits tenants(TenantLimits most) {
    int awake = (int) Math.clamp(sqliteBytes / BYTES_PER_AWAKE_TENANT, 1, most.maxAwake());
    long left = sqliteBytes - awake * BYTES_PER_AWAKE_TENANT;
    long pages = left / awake / CONNECTIONS_PER_TENANT;
    return most.withMemory(
            awake,
            (int) Math.clamp(pages, MIN_PAGE_CACHE_BYTES, most.pageCacheBytes()),
            Math.min(most.maxStatementMemoryBytes(), sqliteBytes / 2),
            Math.max(sqliteBytes, MIN_SQLITE_BYTES))
        .withClients(
            most.maxConcurrentRequests(),
            most.maxWaitingWriters(),
            most.statementTimeout(),
            most.maxResultRows(),
            Math.min(most.maxResultBytes(), resultBytes / LARGEST_PER_SHARE),
            most.maxDatabaseBytes());
  }

  /** From here on memory is shed. */
  long shedBytes() {
    return limitBytes / 100 * SHED_PERCENT;
  }
}
