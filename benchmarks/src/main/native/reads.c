/* Point reads on one connection by SQLite's C API: reads FILE ROWS SECONDS.
 * FILE is a database with a table p (id INTEGER PRIMARY KEY, v TEXT) of ROWS rows, made by who calls. */
#include <sqlite3.h>

#include "result.h"

int main(int argc, char **argv) {
  require(argc == 4, "usage: reads FILE ROWS SECONDS");
  long long rows = atoll(argv[2]);
  sqlite3 *db;
  require(sqlite3_open(argv[1], &db) == SQLITE_OK, "open");
  sqlite3_stmt *select;
  require(sqlite3_prepare_v3(db, "SELECT v FROM p WHERE id = ?", -1, SQLITE_PREPARE_PERSISTENT, &select, 0) ==
              SQLITE_OK,
          "prepare");
  long long begin = now_micros();
  long long end = begin + atoll(argv[3]) * 1000000;
  long long count = 0;
  long long bytes = 0;
  while (count % 64 != 0 || now_micros() < end) {
    sqlite3_bind_int64(select, 1, count * 7919 % rows + 1);
    require(sqlite3_step(select) == SQLITE_ROW, "row");
    require(sqlite3_column_text(select, 0) != 0, "text");
    bytes += sqlite3_column_bytes(select, 0);
    require(sqlite3_step(select) == SQLITE_DONE, "end");
    sqlite3_reset(select);
    count++;
  }
  long long micros = now_micros() - begin;
  require(bytes > count, "content");
  print_result(count, micros);
  sqlite3_finalize(select);
  sqlite3_close(db);
  return 0;
}
