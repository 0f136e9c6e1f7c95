package io.dosql.e2e;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/**
 * A client that writes one row after the other, each a commit of its own, until it is closed. What
 * was acknowledged is the model that the database, and whatever is restored of it, must agree with.
 * Times are the database's own, so that no two clocks are compared.
 */
final class RowWriter implements AutoCloseable {

  private static final String TABLE =
      "CREATE TABLE IF NOT EXISTS written (id INTEGER PRIMARY KEY, at INTEGER NOT NULL)";

  private static final String INSERT =
      "INSERT INTO written (id, at) VALUES (?, CAST(unixepoch('subsec') * 1000 AS INTEGER))"
          + " RETURNING at";

  /** Leaves the processors to others; a real client does something between two writes, too. */
  private static final Duration PAUSE = Duration.ofMillis(10);

  private static final Duration ROWS_MAX = Duration.ofMinutes(1);

  /**
   * An acknowledged row.
   *
   * @param lsn the commit that has it
   * @param at when it was inserted, which is no later than its commit
   */
  record Row(long id, long lsn, Instant at) {}

  private static final String LOCK_TIMEOUT = "TXN_LOCK_TIMEOUT";
  private static final int TRIES_MAX = 5;

  private final SqlClient sql;
  private final String tenant;
  private final List<Row> acknowledged = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * @param sql used by this writer alone
   */
  RowWriter(SqlClient sql, String tenant) {
    this.sql = sql;
    this.tenant = tenant;
    var _ = sql.query(tenant, TABLE);
    this.thread = Thread.ofVirtual().name("writer of " + tenant).start(this::write);
  }

  private void write() {
    for (long id = 1; !stopped; id++) {
      try {
        SqlClient.Answer answer = insert(id);
        if (answer.status() == 200) {
          acknowledge(
              new Row(
                  id,
                  Long.parseLong(answer.body().path("lsn").asText()),
                  Instant.ofEpochMilli(answer.rows().path(0).path(0).asLong())));
        } else {
          fail("row %d was refused: %s".formatted(id, answer));
        }
        Thread.sleep(PAUSE);
      } catch (IOException e) {
        fail("row %d got no answer: %s".formatted(id, e));
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /**
   * While a restore puts a state in place writers wait; one that waits too long has to ask again.
   */
  private SqlClient.Answer insert(long id) throws IOException, InterruptedException {
    SqlClient.Answer answer = sql.tryQuery(tenant, INSERT, id);
    for (int i = 1; i < TRIES_MAX && answer.errorCode().equals(LOCK_TIMEOUT); i++) {
      answer = sql.tryQuery(tenant, INSERT, id);
    }
    return answer;
  }

  private synchronized void acknowledge(Row row) {
    acknowledged.add(row);
  }

  private synchronized void fail(String failure) {
    failures.add(failure);
  }

  String tenant() {
    return tenant;
  }

  /** All rows that were acknowledged until now, in order. */
  synchronized List<Row> acknowledged() {
    return List.copyOf(acknowledged);
  }

  /** Their ids, as the database gives them back. */
  List<String> ids(Predicate<Row> which) {
    return acknowledged().stream().filter(which).map(row -> Long.toString(row.id())).toList();
  }

  Row last() {
    return acknowledged().getLast();
  }

  /** Writes that were refused, or of which nobody knows. */
  synchronized List<String> failures() {
    return List.copyOf(failures);
  }

  /** Waits for a row that is acknowledged after this call. */
  Row awaitAnother() {
    int before = acknowledged().size();
    awaitRow("another row", row -> row.id() > before + failures().size());
    return last();
  }

  /** Waits for a row. */
  void awaitRow(String what, Predicate<Row> row) {
    Awaitility.await(what + " of the writer to " + tenant)
        .atMost(ROWS_MAX)
        .until(() -> !acknowledged().isEmpty() && row.test(last()));
  }

  /**
   * The ids of the rows up to one that are in the database now, which is asked through a client.
   */
  List<String> stored(SqlClient client, long lastId) {
    return client.column(
        tenant, "SELECT id FROM written WHERE id <= %d ORDER BY id".formatted(lastId));
  }

  /** Ends it; the row that is being written is waited for. */
  @Override
  public void close() throws InterruptedException {
    stopped = true;
    thread.join();
  }
}
