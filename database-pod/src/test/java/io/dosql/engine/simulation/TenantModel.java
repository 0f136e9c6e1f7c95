package io.dosql.engine.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one tenant has been asked for, and what it has answered; knows nothing of how the engine
 * works. Each transaction adds a row to a history, so whoever reads the tenant sees which
 * transactions it holds, in which order, and from that follows what else must be there.
 *
 * <p>What was shown once, by an answer to a write or to a read, must be there ever after.
 */
final class TenantModel {

  /** What is known of a transaction. */
  enum State {
    /** Its client has not asked to commit it: it must not be seen. */
    OPEN,
    /** It may be committed, or not, or may become so. */
    UNKNOWN,
    /** It is committed: its client was told, or somebody has seen it. */
    COMMITTED,
    /** It is not, and never will be. */
    DEAD
  }

  /** A row of the table of data. */
  record Datum(int lengthBytes, long number) {

    /** The content that follows from the number; unlike any other. */
    byte[] content() {
      byte[] bytes = new byte[lengthBytes];
      long x = number * 0x9e3779b97f4a7c15L + lengthBytes;
      for (int i = 0; i < bytes.length; i++) {
        if (i % Long.BYTES == 0) {
          x ^= x << 13;
          x ^= x >>> 7;
          x ^= x << 17;
        }
        bytes[i] = (byte) (x >>> (8 * (i % Long.BYTES)));
      }
      return bytes;
    }
  }

  /** A change of the data: of one key, or that all are gone. */
  private record Change(@Nullable Long key, @Nullable Datum datum) {}

  /** A transaction that a client has begun. */
  static final class Transaction {
    private final long id;
    private final List<Change> changes = new ArrayList<>();
    private State state = State.OPEN;

    Transaction(long id) {
      this.id = id;
    }

    long id() {
      return id;
    }

    State state() {
      return state;
    }

    void put(long key, Datum datum) {
      changes.add(new Change(key, datum));
    }

    void clear() {
      changes.add(new Change(null, null));
    }

    /** How far to go back to, by {@link #undoTo}. */
    int mark() {
      return changes.size();
    }

    void undoTo(int mark) {
      changes.subList(mark, changes.size()).clear();
    }

    /** Its client asks to commit. */
    void committing() {
      state = State.UNKNOWN;
    }

    /** It will never be committed: its client was told so, or did not ask for it. */
    void dead() {
      state = State.DEAD;
    }
  }

  /** A row as it was read. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by its content, below.
  record Row(long key, byte[] content, long number) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Row row
          && row.key == key
          && row.number == number
          && Arrays.equals(row.content, content);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(content) + Long.hashCode(key);
    }
  }

  /**
   * What was read of a tenant at one moment.
   *
   * @param history ids of transactions, in the order of their numbers from 1
   * @param rows all data, by key; null if it was not read
   */
  record View(List<Long> history, @Nullable List<Row> rows) {}

  private final String name;
  private final Map<Long, Transaction> transactions = new HashMap<>();

  /** By place in the history; null where it is not known yet who is there. */
  private final List<@Nullable Transaction> shown = new ArrayList<>();

  /** LSNs that clients were told, by place in the history. */
  private final TreeMap<Integer, Long> lsns = new TreeMap<>();

  /** Commits that leave no row in the history, by VACUUM. */
  private long unrecordedSurely;

  private long unrecordedAtMost;

  /** Transactions that may have had the LSN of another one: since the last recovery, and ever. */
  private long sharedLately;

  private long sharedEver;
  private long newestLsn;

  TenantModel(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  Transaction begin(long id) {
    Transaction transaction = new Transaction(id);
    transactions.put(id, transaction);
    return transaction;
  }

  boolean isEmpty() {
    return shown.isEmpty();
  }

  /** What a reader that starts now must see at least. */
  int floor() {
    return shown.size();
  }

  long newestLsn() {
    return newestLsn;
  }

  /** A transaction that may share its commit, and LSN, with others is asked for. */
  void sharedBegins() {
    sharedLately++;
    sharedEver++;
  }

  /** A commit that leaves no row is asked for. */
  void unrecordedBegins() {
    unrecordedAtMost++;
  }

  void unrecordedCommitted(long lsn) {
    unrecordedSurely++;
    newestLsn = Math.max(newestLsn, lsn);
  }

  /** A client was told that its transaction is committed. */
  void committed(Transaction transaction, int place, long lsn) {
    if (transaction.state == State.DEAD) {
      throw violation("transaction %d was committed after all".formatted(transaction.id));
    }
    show(place, transaction);
    Map.Entry<Integer, Long> before = lsns.floorEntry(place);
    Map.Entry<Integer, Long> after = lsns.ceilingEntry(place);
    if ((before != null && tooNear(place - before.getKey(), lsn - before.getValue()))
        || (after != null && tooNear(after.getKey() - place, after.getValue() - lsn))) {
      throw violation(
          "LSN %d of place %d does not fit LSNs %s and %s".formatted(lsn, place, before, after));
    }
    lsns.put(place, lsn);
    newestLsn = Math.max(newestLsn, lsn);
  }

  private boolean tooNear(long places, long lsnsBetween) {
    return lsnsBetween < 0 || lsnsBetween + sharedEver < places;
  }

  private void show(int place, Transaction transaction) {
    while (shown.size() < place) {
      shown.add(null);
    }
    Transaction known = shown.get(place - 1);
    if (known != null && known != transaction) {
      throw violation(
          "place %d of the history was shown to be transaction %d, and now is %d"
              .formatted(place, known.id, transaction.id));
    }
    shown.set(place - 1, transaction);
    transaction.state = State.COMMITTED;
  }

  /**
   * An answer shows this, and may: or this throws.
   *
   * @param floor {@link #floor} before the read began
   */
  void show(View view, int floor) {
    check(view, floor);
    for (int i = 0; i < view.history().size(); i++) {
      show(i + 1, transaction(view, i));
    }
  }

  /** Whether a reader may see this; changes nothing. */
  void check(View view, int floor) {
    List<Long> history = view.history();
    if (history.size() < floor) {
      throw violation(
          "only %d transactions are there, and %d were shown before"
              .formatted(history.size(), floor));
    }
    for (int i = 0; i < history.size(); i++) {
      Transaction found = transaction(view, i);
      Transaction known = i < shown.size() ? shown.get(i) : null;
      if (known != null && known != found) {
        throw violation(
            "place %d of the history was shown to be transaction %d, and now is %d"
                .formatted(i + 1, known.id, found.id));
      }
      if (found.state == State.OPEN || found.state == State.DEAD) {
        throw violation("transaction %d is seen, which is %s".formatted(found.id, found.state));
      }
    }
    checkRows(view);
  }

  private Transaction transaction(View view, int index) {
    Transaction found = transactions.get(view.history().get(index));
    if (found == null) {
      throw violation("a transaction %d that nobody began".formatted(view.history().get(index)));
    }
    return found;
  }

  private void checkRows(View view) {
    List<Row> rows = view.rows();
    if (rows == null) {
      return;
    }
    SortedMap<Long, Datum> expected = replay(view);
    List<Long> keys = rows.stream().map(Row::key).toList();
    if (!keys.equals(List.copyOf(expected.keySet()))) {
      throw violation("the keys are %s, not %s".formatted(keys, expected.keySet()));
    }
    for (Row row : rows) {
      Datum datum = expected.get(row.key());
      if (datum == null
          || datum.number() != row.number()
          || !Arrays.equals(datum.content(), row.content())) {
        throw violation(
            "row %d holds number %d in %d bytes, not %s"
                .formatted(row.key(), row.number(), row.content().length, datum));
      }
    }
  }

  private SortedMap<Long, Datum> replay(View view) {
    SortedMap<Long, Datum> data = new TreeMap<>();
    for (int i = 0; i < view.history().size(); i++) {
      for (Change change : transaction(view, i).changes) {
        if (change.key() == null) {
          data.clear();
        } else if (change.datum() == null) {
          data.remove(change.key());
        } else {
          data.put(change.key(), change.datum());
        }
      }
    }
    return data;
  }

  /**
   * The tenant was opened after a crash, nobody else is at work, and this is all that it holds.
   *
   * @param lsn that the engine says is its newest
   */
  void recovered(View view, long lsn) {
    show(view, shown.size());
    checkLsn(view, lsn);
    unrecordedSurely = lsn - view.history().size();
    unrecordedAtMost = unrecordedSurely;
    sharedLately = 0;
    newestLsn = lsn;
    for (Transaction transaction : transactions.values()) {
      if (transaction.state != State.COMMITTED) {
        transaction.state = State.DEAD;
      }
    }
  }

  /** LSNs are without gaps and repeats: as many as there were commits, of one or several. */
  void checkLsn(View view, long lsn) {
    long unrecorded = lsn - view.history().size();
    if (lsn < newestLsn
        || unrecorded < unrecordedSurely - sharedLately
        || unrecorded > unrecordedAtMost) {
      throw violation(
          "the newest LSN is %d, with %d transactions; %d was acknowledged, and %d to %d commits besides"
              .formatted(
                  lsn, view.history().size(), newestLsn, unrecordedSurely, unrecordedAtMost));
    }
  }

  /**
   * Whether this is what the tenant has held before something that was shown: an older state that
   * is whole, as if nothing had happened since.
   */
  boolean isOlderState(View view) {
    try {
      check(view, 0);
      return view.history().size() < shown.size();
    } catch (Violation neverWas) {
      return false;
    }
  }

  Violation violation(String message) {
    return new Violation("tenant %s: %s".formatted(name, message));
  }
}
