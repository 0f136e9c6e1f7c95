package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What chains need to know of the pod's tenants. Any thread. */
public interface ChainTenants {

  /**
   * Names of tenants, in order.
   *
   * @param after the last one of those before, null for the first
   */
  List<String> names(@Nullable String after, int limit);

  /**
   * Tenants that were deleted, as long as the log may hold commits of them: the number that the
   * deletion took. There may be a new tenant of that name.
   */
  Map<String, Long> deleted();

  /**
   * The LSN up to which all commits of a tenant are void because it is not there; empty if it is
   * there.
   */
  OptionalLong voidTo(String tenant);

  /** LSN of a tenant's newest commit, 0 for none; does not wake it. */
  long lsn(String tenant);

  /**
   * Copies a tenant into a file that is not there yet; what it holds is durable in the log.
   *
   * @throws io.dosql.engine.error.DosqlException {@code NOT_FOUND} when there is no such tenant
   */
  Snapshot copy(String tenant, Path target) throws IOException;
}
