/* Durable inserts of many threads into one database, in groups: groups FILE THREADS SECONDS (transaction|commits).
 *
 * A thread that finds nobody at work takes what all others have asked for, does it, makes it durable by one
 * fdatasync and lets them go on.
 *   transaction  a group is one transaction: synchronous=FULL
 *   commits      each insert is a commit of its own, as each client's is in the engine; synchronous=OFF, and one
 *                fdatasync of the WAL for the group
 */
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "result.h"

enum { MAX_THREADS = 1024 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long long asked;   /* inserts that somebody wants */
static long long durable; /* inserts that are done */
static int at_work;
static long long end;
static int own_commits;
static int wal_file;
static sqlite3 *db;
static sqlite3_stmt *insert;

static void insert_one(long long number) {
  char text[64];
  int length = snprintf(text, sizeof text, "value-%08lld-abcdefghijklmnopqrstuvwxyz0123456789", number);
  sqlite3_bind_text(insert, 1, text, length, SQLITE_TRANSIENT);
  require(sqlite3_step(insert) == SQLITE_DONE, "step");
  require(sqlite3_reset(insert) == SQLITE_OK, "reset");
}

static void run_group(long long from, long long to) {
  if (!own_commits) {
    require(sqlite3_exec(db, "BEGIN IMMEDIATE", 0, 0, 0) == SQLITE_OK, "begin");
  }
  for (long long i = from; i < to; i++) {
    insert_one(i);
  }
  if (own_commits) {
    require(fdatasync(wal_file) == 0, "fdatasync");
  } else {
    require(sqlite3_exec(db, "COMMIT", 0, 0, 0) == SQLITE_OK, "commit");
  }
}

static void *client(void *unused) {
  (void)unused;
  while (now_micros() < end) {
    pthread_mutex_lock(&lock);
    long long mine = ++asked;
    while (durable < mine) {
      if (at_work) {
        pthread_cond_wait(&changed, &lock);
        continue;
      }
      at_work = 1;
      long long from = durable;
      long long to = asked;
      pthread_mutex_unlock(&lock);
      run_group(from, to);
      pthread_mutex_lock(&lock);
      durable = to;
      at_work = 0;
      pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
  }
  return 0;
}

int main(int argc, char **argv) {
  require(argc == 5, "usage: groups FILE THREADS SECONDS (transaction|commits)");
  int threads = atoi(argv[2]);
  require(threads > 0 && threads <= MAX_THREADS, "THREADS from 1 to 1024");
  own_commits = strcmp(argv[4], "commits") == 0;
  require(own_commits || strcmp(argv[4], "transaction") == 0, "transaction or commits");
  require(sqlite3_open(argv[1], &db) == SQLITE_OK, "open");
  require(sqlite3_exec(db,
                       "PRAGMA journal_mode=WAL; DROP TABLE IF EXISTS t;"
                       "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
                       0, 0, 0) == SQLITE_OK,
          "schema");
  require(sqlite3_exec(db, own_commits ? "PRAGMA synchronous=OFF" : "PRAGMA synchronous=FULL", 0, 0, 0) == SQLITE_OK,
          "synchronous");
  require(sqlite3_prepare_v2(db, "INSERT INTO t (v) VALUES (?)", -1, &insert, 0) == SQLITE_OK, "prepare");
  char wal[4096];
  snprintf(wal, sizeof wal, "%s-wal", argv[1]);
  wal_file = open(wal, O_RDWR);
  require(wal_file >= 0, "the WAL");
  long long begin = now_micros();
  end = begin + atoll(argv[3]) * 1000000;
  pthread_t ids[MAX_THREADS];
  for (int i = 0; i < threads; i++) {
    require(pthread_create(&ids[i], 0, client, 0) == 0, "thread");
  }
  for (int i = 0; i < threads; i++) {
    pthread_join(ids[i], 0);
  }
  print_result(durable, now_micros() - begin);
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return 0;
}
