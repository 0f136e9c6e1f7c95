/* Durable inserts, one commit at a time, by SQLite itself: commits FILE SECONDS.
 * WAL with synchronous=FULL: one fdatasync a commit, the fewest that SQLite can do. */
#include <sqlite3.h>

#include "result.h"

int main(int argc, char **argv) {
  require(argc == 3, "usage: commits FILE SECONDS");
  sqlite3 *db;
  require(sqlite3_open(argv[1], &db) == SQLITE_OK, "open");
  require(sqlite3_exec(db,
                       "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                       "DROP TABLE IF EXISTS t; CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
                       0, 0, 0) == SQLITE_OK,
          "schema");
  sqlite3_stmt *insert;
  require(sqlite3_prepare_v2(db, "INSERT INTO t (v) VALUES (?)", -1, &insert, 0) == SQLITE_OK, "prepare");
  long long begin = now_micros();
  long long end = begin + atoll(argv[2]) * 1000000;
  long long count = 0;
  while (now_micros() < end) {
    char text[64];
    int length = snprintf(text, sizeof text, "value-%08lld-abcdefghijklmnopqrstuvwxyz0123456789", count);
    sqlite3_bind_text(insert, 1, text, length, SQLITE_TRANSIENT);
    require(sqlite3_step(insert) == SQLITE_DONE, "step");
    require(sqlite3_reset(insert) == SQLITE_OK, "reset");
    count++;
  }
  print_result(count, now_micros() - begin);
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return 0;
}
