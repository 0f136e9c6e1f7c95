package io.dosql.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.session.StatementKind.Begin;
import io.dosql.engine.session.StatementKind.Commit;
import io.dosql.engine.session.StatementKind.Read;
import io.dosql.engine.session.StatementKind.Rollback;
import io.dosql.engine.session.StatementKind.Savepoint;
import io.dosql.engine.session.StatementKind.SetForeignKeys;
import io.dosql.engine.session.StatementKind.Vacuum;
import io.dosql.engine.session.StatementKind.Write;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StatementKindTest {

  static Stream<Arguments> statements() {
    return Stream.of(
        Arguments.of("BEGIN", new Begin(Begin.Mode.DEFERRED)),
        Arguments.of("begin transaction;", new Begin(Begin.Mode.DEFERRED)),
        Arguments.of("BEGIN DEFERRED TRANSACTION", new Begin(Begin.Mode.DEFERRED)),
        Arguments.of("begin immediate", new Begin(Begin.Mode.IMMEDIATE)),
        Arguments.of("BEGIN EXCLUSIVE TRANSACTION", new Begin(Begin.Mode.IMMEDIATE)),
        Arguments.of("BEGIN TRANSACTION READONLY", new Begin(Begin.Mode.READ_ONLY)),
        Arguments.of("BEGIN READ ONLY", new Begin(Begin.Mode.READ_ONLY)),
        Arguments.of("begin readonly", new Begin(Begin.Mode.READ_ONLY)),
        Arguments.of("COMMIT", new Commit()),
        Arguments.of("end transaction", new Commit()),
        Arguments.of("ROLLBACK", new Rollback()),
        Arguments.of("ROLLBACK TRANSACTION", new Rollback()),
        Arguments.of("ROLLBACK TO a", new Savepoint(false)),
        Arguments.of("rollback transaction to savepoint a", new Savepoint(false)),
        Arguments.of("SAVEPOINT a", new Savepoint(true)),
        Arguments.of("RELEASE SAVEPOINT a", new Savepoint(false)),
        Arguments.of("PRAGMA foreign_keys=off", new SetForeignKeys(false)),
        Arguments.of("pragma foreign_keys = ON;", new SetForeignKeys(true)),
        Arguments.of("PRAGMA foreign_keys(0)", new SetForeignKeys(false)),
        Arguments.of("PRAGMA main.foreign_keys = 1", new SetForeignKeys(true)),
        Arguments.of("PRAGMA foreign_keys", new Read(false)),
        Arguments.of("PRAGMA foreign_key_list(t)", new Read(false)),
        Arguments.of("VACUUM", new Vacuum()),
        Arguments.of("SELECT 1", new Read(true)),
        Arguments.of("  -- a comment\n /* and */ ; select 1", new Read(true)),
        Arguments.of("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", new Read(false)),
        Arguments.of("EXPLAIN QUERY PLAN DELETE FROM t", new Read(true)),
        Arguments.of("INSERT INTO t VALUES ('BEGIN')", new Write(true)),
        Arguments.of("create table begin_x (a)", new Write(false)),
        Arguments.of("-- only a comment", new Read(true)),
        Arguments.of("", new Read(true)));
  }

  @ParameterizedTest
  @MethodSource("statements")
  void firstWordsTellWhatAStatementNeeds(String sql, StatementKind kind) {
    assertThat(StatementKind.of(sql)).isEqualTo(kind);
  }
}
