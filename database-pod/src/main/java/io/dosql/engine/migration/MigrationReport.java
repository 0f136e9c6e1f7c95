package io.dosql.engine.migration;

import io.dosql.engine.error.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run or a plan found in one tenant.
 *
 * @param applied for a run: what it applied now; for a plan: what is applied already
 * @param pending what is still to be applied
 * @param code MIGRATION_FAILED or MIGRATION_CHECKSUM_MISMATCH; null when all went well
 * @param failure with {@code code}
 */
public record MigrationReport(
    List<String> applied,
    List<String> pending,
    @Nullable ErrorCode code,
    @Nullable MigrationFailure failure) {

  public MigrationReport {
    applied = List.copyOf(applied);
    pending = List.copyOf(pending);
  }
}
