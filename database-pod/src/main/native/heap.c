/*
 * Bounds the heap that SQLite takes, for one client's statement and for all of them together.
 *
 * SQLite's own heap limits need its memory statistics, which take a process-wide lock for each
 * allocation, and they know no difference between tenants. Here each thread counts what the
 * statement that it runs has taken and not given back, which costs a few instructions, and adds it
 * to the process's sum now and then. A statement beyond a limit gets no memory: SQLite ends it with
 * SQLITE_NOMEM and undoes what it has done. When all together have reached theirs, the large ones are
 * refused, and small ones go on. What the engine runs by itself is counted, and never
 * refused.
 *
 * What is freed by another statement than the one that took it (a page cache that shrinks) makes
 * that one's count too small; a connection's page cache is bounded by itself.
 */
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>

/* As in sqlite3.h. */
typedef struct {
  void *(*allocate)(int);
  void (*release)(void *);
  void *(*resize)(void *, int);
  int (*size)(void *);
  int (*round_up)(int);
  int (*start)(void *);
  void (*end)(void *);
  void *data;
} Methods;

extern int sqlite3_config(int, ...);

enum { CONFIG_MALLOC = 4, OK = 0 };
enum { NOT_REFUSED = 0, REFUSED_TO_STATEMENT = 1, REFUSED_BY_POD = 2, REFUSED_BY_TEST = 3 };

/* A statement that has taken less than this part of its limit is never refused for others' sake. */
#define SMALL_SHARE 8

#define ARENAS_MAX 2
#define LARGE_BYTES (128 * 1024)

/* A thread tells the sum only when it has changed by so much. */
#define UNTOLD_MAX (64 * 1024)

static long long sum;     /* atomic */
static long long sum_max; /* atomic; 0 for none */

static __thread struct {
  long long untold;
  long long taken;
  long long taken_max; /* 0 while no client's statement runs */
  long long fail_in;   /* for tests: allocations until one fails; 0 for never */
  int refused;
} mine;

static int refuses(long long bytes) {
  if (mine.taken_max == 0) return 0;
  if (mine.fail_in > 0 && --mine.fail_in == 0) {
    mine.refused = REFUSED_BY_TEST;
    return 1;
  }
  if (mine.taken + bytes > mine.taken_max) {
    mine.refused = REFUSED_TO_STATEMENT;
    return 1;
  }
  long long max = __atomic_load_n(&sum_max, __ATOMIC_RELAXED);
  if (max > 0 && mine.taken + bytes > mine.taken_max / SMALL_SHARE && bytes + mine.untold + __atomic_load_n(&sum, __ATOMIC_RELAXED) > max) {
    mine.refused = REFUSED_BY_POD;
    return 1;
  }
  return 0;
}

static void count(long long bytes) {
  mine.taken += bytes;
  mine.untold += bytes;
  if (mine.untold > UNTOLD_MAX || mine.untold < -UNTOLD_MAX) {
    __atomic_fetch_add(&sum, mine.untold, __ATOMIC_RELAXED);
    mine.untold = 0;
  }
}

static void *heap_allocate(int bytes) {
  if (refuses(bytes)) return NULL;
  void *memory = malloc((size_t)bytes);
  if (memory != NULL) count((long long)malloc_usable_size(memory));
  return memory;
}

static void heap_release(void *memory) {
  count(-(long long)malloc_usable_size(memory));
  free(memory);
}

static void *heap_resize(void *memory, int bytes) {
  long long before = (long long)malloc_usable_size(memory);
  if (bytes > before && refuses(bytes - before)) return NULL;
  void *moved = realloc(memory, (size_t)bytes);
  if (moved != NULL) count((long long)malloc_usable_size(moved) - before);
  return moved;
}

static int heap_size(void *memory) {
  return memory == NULL ? 0 : (int)malloc_usable_size(memory);
}

static int heap_round_up(int bytes) {
  return bytes > INT_MAX - 7 ? bytes : (bytes + 7) & ~7;
}

static int heap_start(void *data) {
  (void)data;
  return OK;
}

static void heap_end(void *data) {
  (void)data;
}

/*
 * Before sqlite3_initialize. Returns SQLite's code.
 *
 * Also makes malloc give back what a large statement has freed, instead of keeping it for each thread
 * that ever ran one.
 */
int dosql_heap_install(void) {
  static const Methods methods = {heap_allocate, heap_release,  heap_resize, heap_size,
                                  heap_round_up, heap_start, heap_end,    NULL};
#ifdef M_ARENA_MAX
  mallopt(M_ARENA_MAX, ARENAS_MAX);
  mallopt(M_TRIM_THRESHOLD, LARGE_BYTES);
  mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
#endif
  return sqlite3_config(CONFIG_MALLOC, &methods);
}

/* A client's statement begins on this thread; 0 or less makes it the engine's own. */
void dosql_heap_begin(long long taken_max) {
  mine.taken = 0;
  mine.taken_max = taken_max > 0 ? taken_max : 0;
  mine.refused = NOT_REFUSED;
}

/* It has ended. Returns why it was refused memory, if it was. */
int dosql_heap_end(void) {
  mine.taken_max = 0;
  mine.fail_in = 0;
  return mine.refused;
}

/* What the heap may grow to before large statements are refused; 0 for anything. */
void dosql_heap_limit(long long bytes) {
  __atomic_store_n(&sum_max, bytes > 0 ? bytes : 0, __ATOMIC_RELAXED);
}

/* About what SQLite holds in this process. */
long long dosql_heap_used(void) {
  long long used = __atomic_load_n(&sum, __ATOMIC_RELAXED);
  return used > 0 ? used : 0;
}

/* For tests: after dosql_heap_begin, the count-th allocation of the statement fails. */
void dosql_heap_fail_in(long long allocations) {
  mine.fail_in = allocations;
}
