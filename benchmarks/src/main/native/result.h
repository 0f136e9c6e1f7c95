/* What the programs of this folder share: how they fail, tell the time, and say what they have measured. */
#ifndef RESULT_H
#define RESULT_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void require(int holds, const char *what) {
  if (!holds) {
    fprintf(stderr, "failed: %s\n", what);
    exit(1);
  }
}

static inline long long now_micros(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* The only line on standard output: operations, and the microseconds that they took. */
static inline void print_result(long long operations, long long micros) {
  printf("RESULT %lld %lld\n", operations, micros);
}

#endif
