package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.memory.BufferBudget;

/**
 * What all results of one pipeline, or of one request on a socket, may take together, each for
 * itself and of what all requests share.
 */
final class ResultBudget implements HranaWriter.Room {

  private final HranaLimits limits;
  private final BufferBudget.Reservation memory;
  private long rows;

  /** {@code memory} is the caller's to close. */
  ResultBudget(HranaLimits limits, BufferBudget.Reservation memory) {
    this.limits = limits;
    this.memory = memory;
  }

  /** Rows written so far. */
  long rows() {
    return rows;
  }

  /** After rows were thrown away. */
  void resetTo(long earlierRows) {
    rows = earlierRows;
  }

  void takeRow() {
    if (++rows > limits.maxResultRows()) {
      throw tooLarge(limits.maxResultRows() + " rows (maxResultRows)");
    }
  }

  @Override
  public void require(long sizeBytes) {
    if (sizeBytes > limits.maxResultBytes()) {
      throw tooLarge(limits.maxResultBytes() + " bytes (maxResultBytes)");
    }
    memory.requireBuffer(sizeBytes);
  }

  private static DosqlException tooLarge(String limit) {
    return new DosqlException(
        ErrorCode.RESPONSE_TOO_LARGE, "The results are larger than " + limit + ".");
  }
}
