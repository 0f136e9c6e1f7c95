package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.changes.Change;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.sqlite.SqliteConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A tenant on real files, written to as sessions do, and a copy that follows its changes in the
 * log.
 */
final class CapturedTenant implements AutoCloseable {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final TestEngine engine;
  private final Tenant.Use use;
  private int partsOfLastCommit;
  private WriterLease writer;
  private final LoggedChanges log;
  private final FollowingCopy copy = new FollowingCopy();

  CapturedTenant(Path folder) throws Exception {
    this(TestEngine.start(folder));
  }

  CapturedTenant(TestEngine engine) throws Exception {
    this.engine = engine;
    this.use = engine.tenants().get(TenantName.MAIN).use();
    this.log = new LoggedChanges(engine.log(), "main");
    this.writer = use.database().writer(LONG, Duration.ofHours(1));
  }

  TenantDatabase database() {
    return use.database();
  }

  int partsOfLastCommit() {
    return partsOfLastCommit;
  }

  TestEngine engine() {
    return engine;
  }

  /** After it was closed to let the engine write. */
  void reopenWriter() {
    writer = use.database().writer(LONG, Duration.ofHours(1));
  }

  WriterLease writer() {
    return writer;
  }

  int resets() {
    return copy.resets();
  }

  /** Runs statements one by one, each as a job of its own; all must succeed. */
  void run(String... statements) {
    for (String sql : statements) {
      @Nullable DosqlException failure = tryRun(sql);
      if (failure != null) {
        throw new AssertionError(sql, failure);
      }
    }
  }

  /** Runs a statement to its end; returns why it failed, or null. */
  @Nullable DosqlException tryRun(String sql) {
    try {
      var _ =
          writer.call(
              connection ->
                  connection.run(
                      sql,
                      sql.startsWith("VACUUM"),
                      LONG,
                      statement -> {
                        while (statement.step()) {
                          // Rows are dropped.
                        }
                        return true;
                      }));
      return null;
    } catch (DosqlException failure) {
      return failure;
    }
  }

  boolean isInTransaction() {
    return writer.call(connection -> !connection.sqlite().isAutocommit()).value();
  }

  /** The changes of the commits since the last call, applied to the copy. */
  List<Change> changes() throws Exception {
    List<Change> changes = new ArrayList<>();
    use.database().settle();
    for (LoggedChanges.Commit commit : log.next()) {
      partsOfLastCommit = commit.parts();
      List<Change> captured = commit.changes().orElseThrow();
      int resets = copy.resets();
      copy.apply(captured);
      if (copy.resets() > resets) {
        var _ =
            writer.call(
                connection -> {
                  copy.replaceWith(connection.sqlite());
                  return true;
                });
      }
      changes.addAll(captured);
    }
    return changes;
  }

  /** Outside of a transaction: the copy is what the tenant is. */
  List<Change> check() throws Exception {
    List<Change> changes = changes();
    List<String> expected =
        writer.call(connection -> FollowingCopy.content(connection.sqlite())).value();
    assertThat(copy.content()).as("after %s", changes).isEqualTo(expected);
    return changes;
  }

  <T> T on(Function<SqliteConnection, T> work) {
    return writer.call(connection -> work.apply(connection.sqlite())).value();
  }

  @Override
  public void close() throws Exception {
    copy.close();
    log.close();
    writer.close();
    use.close();
    engine.close();
  }
}
