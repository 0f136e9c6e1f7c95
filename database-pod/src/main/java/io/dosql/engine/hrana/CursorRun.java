package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.hrana.RequestRun.BatchState;
import io.dosql.engine.memory.BufferBudget;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.session.RowStream;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs a batch bit by bit, as its entries are taken. What a statement that only reads yields is
 * taken from SQLite a chunk at a time; what one that writes returns is there at once, and bounded
 * as the result of any other request.
 *
 * <p>Output gate: the session must be settled after each {@link #fill}, before the entries leave.
 * Used by one thread at a time.
 */
final class CursorRun implements AutoCloseable {

  private static final int FIRST_ENTRIES = 64;

  private final HranaStream stream;
  private final Encoding encoding;
  private final HranaLimits limits;
  private final List<StreamRequest.Step> steps;
  private final BatchState state;
  private final BufferBudget.Reservation memory;
  private final ResultBudget budget;
  private final long deadlineNanos;

  /** Entries that nobody has taken yet; each ends where {@link #ends} says. */
  private HranaWriter entries;

  private int[] ends = new int[FIRST_ENTRIES];
  private int count;
  private int taken;

  private @Nullable RowStream rows;
  private boolean wantRows;

  /** Takes entries out. */
  interface Target {
    /** What was written of {@code source} there. */
    void entry(HranaWriter source, int from, int to);

    /** Bytes that it has. */
    int size();
  }

  /** {@code memory} is closed with this. */
  CursorRun(
      HranaStream stream,
      Encoding encoding,
      HranaLimits limits,
      BufferBudget.Reservation memory,
      List<StreamRequest.Step> steps,
      long deadlineNanos) {
    this.stream = stream;
    this.encoding = encoding;
    this.limits = limits;
    this.steps = steps;
    this.deadlineNanos = deadlineNanos;
    this.state = new BatchState(stream.session());
    this.memory = memory;
    this.budget = new ResultBudget(limits, memory);
    this.entries = encoding.writer();
  }

  /**
   * Moves entries to {@code target} until it has {@code maxCount} of them, or about as many bytes
   * as a chunk may have.
   *
   * @return whether these were the last ones
   */
  boolean fill(Target target, long maxCount) {
    long moved = 0;
    while (moved < maxCount && target.size() < limits.chunkBytes()) {
      if (taken == count && !produce()) {
        return true;
      }
      while (taken < count && moved < maxCount && target.size() < limits.chunkBytes()) {
        target.entry(entries, taken == 0 ? 0 : ends[taken - 1], ends[taken]);
        taken++;
        moved++;
      }
    }
    return taken == count && rows == null && state.steps() == steps.size();
  }

  /** Makes more entries, or none; false if there will be no more. */
  private boolean produce() {
    if (count > 0) {
      // A new one where else a large result's buffer would stay.
      if (entries.size() > 2 * limits.chunkBytes()) {
        entries = encoding.writer();
      } else {
        entries.takeBackTo(0);
      }
      memory.beginAgain();
      count = 0;
      taken = 0;
    }
    if (rows != null) {
      produceRows(rows);
      return true;
    }
    if (state.steps() == steps.size()) {
      return false;
    }
    StreamRequest.Step step = steps.get(state.steps());
    if (state.holds(step.condition())) {
      begin(step.statement());
    } else {
      state.skipped();
    }
    return true;
  }

  private void begin(StatementRequest request) {
    int step = state.steps();
    SqlSession session = stream.session();
    try {
      SqlStatement statement =
          new SqlStatement(stream.resolve(request.sql()), request.parameters());
      Optional<RowStream> streamed = session.stream(statement);
      if (streamed.isPresent()) {
        rows = streamed.get();
        wantRows = request.wantRows();
        entries.stepBegin(step, streamed.get().columns());
        entryEnds();
      } else {
        whole(step, statement, request.wantRows());
        state.succeeded();
      }
    } catch (DosqlException failure) {
      fail(failure);
    }
  }

  private void produceRows(RowStream stream) {
    int step = state.steps();
    try {
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new DosqlException(
            ErrorCode.TIMEOUT,
            "The cursor's rows were not taken within %d s (cursorTimeout)."
                .formatted(limits.cursorTimeout().toSeconds()));
      }
      boolean more =
          stream.fetch(
              row -> {
                if (wantRows) {
                  entries.rowEntry(row, budget);
                  entryEnds();
                }
                return entries.size() < limits.chunkBytes();
              });
      if (!more) {
        entries.stepEnd(stream.outcome());
        entryEnds();
        closeRows();
        state.succeeded();
      }
    } catch (DosqlException failure) {
      closeRows();
      takeBackTo(count);
      entries.stepError(step, failure);
      entryEnds();
      state.failed(failure);
    }
  }

  private void whole(int step, SqlStatement statement, boolean wanted) {
    long rowsBefore = budget.rows();
    boolean finished = false;
    try {
      boolean[] begun = new boolean[1];
      Outcome outcome =
          stream
              .session()
              .execute(
                  statement,
                  new RowSink() {
                    @Override
                    public void columns(List<Column> columns) {
                      begun[0] = true;
                      entries.stepBegin(step, columns);
                      entryEnds();
                    }

                    @Override
                    public void row(Row row) {
                      if (wanted) {
                        budget.takeRow();
                        entries.rowEntry(row, budget);
                        entryEnds();
                      }
                    }
                  });
      if (!begun[0]) {
        entries.stepBegin(step, List.of());
        entryEnds();
      }
      entries.stepEnd(outcome);
      entryEnds();
      finished = true;
    } finally {
      if (!finished) {
        budget.resetTo(rowsBefore);
      }
    }
  }

  /** The step's error takes the place of all its entries. */
  private void fail(DosqlException failure) {
    takeBackTo(0);
    entries.stepError(state.steps(), failure);
    entryEnds();
    state.failed(failure);
  }

  private void takeBackTo(int entriesKept) {
    entries.takeBackTo(entriesKept == 0 ? 0 : ends[entriesKept - 1]);
    count = entriesKept;
  }

  private void entryEnds() {
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
    }
    ends[count++] = entries.size();
  }

  private void closeRows() {
    RowStream open = rows;
    rows = null;
    if (open != null) {
      open.close();
    }
  }

  /** Ends the statement that runs, if there is one. Idempotent. */
  @Override
  public void close() {
    try {
      closeRows();
    } finally {
      memory.close();
    }
  }
}
