package io.dosql.engine.admin;

import io.dosql.engine.error.DosqlException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An operation as it stands.
 *
 * @param kind as {@link OperationRequest#kind}
 * @param finishedAt null while it runs
 * @param result null while it runs; a failed one may have a result too, such as what a migration
 *     did before it failed
 * @param error null unless it failed
 */
public record Operation(
    String id,
    String kind,
    State state,
    Instant startedAt,
    @Nullable Instant finishedAt,
    Progress progress,
    @Nullable OperationResult result,
    @Nullable DosqlException error) {

  public Operation {
    if ((state == State.RUNNING) != (finishedAt == null)) {
      throw new IllegalArgumentException("finishedAt belongs to operations that have ended");
    }
    if ((state == State.FAILED) != (error != null)) {
      throw new IllegalArgumentException("error belongs to operations that failed");
    }
  }

  /** Where an operation stands. */
  public enum State {
    RUNNING,
    SUCCEEDED,
    FAILED
  }

  /**
   * How far an operation is.
   *
   * @param done tenants, or for a prune backups, that are done
   * @param total of all there are to do
   * @param bytesDone read from the store, by a restore
   * @param bytesTotal to be read
   */
  public record Progress(long done, long total, long bytesDone, long bytesTotal) {

    static final Progress NONE = new Progress(0, 0, 0, 0);
  }
}
