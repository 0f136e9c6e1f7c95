/* How often a second the disk makes 4 KiB durable: fdatasync FILE SECONDS.
 * Written in order into a file that has its blocks already, as a log's segments do. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "result.h"

enum { BLOCK = 4096, BLOCKS = 4096 };

int main(int argc, char **argv) {
  require(argc == 3, "usage: fdatasync FILE SECONDS");
  static char block[BLOCK];
  memset(block, 'x', sizeof block);
  int file = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
  require(file >= 0, "open");
  for (int i = 0; i < BLOCKS; i++) {
    require(pwrite(file, block, BLOCK, (off_t)i * BLOCK) == BLOCK, "write");
  }
  require(fsync(file) == 0, "fsync");
  long long begin = now_micros();
  long long end = begin + atoll(argv[2]) * 1000000;
  long long count = 0;
  while (now_micros() < end) {
    require(pwrite(file, block, BLOCK, count % BLOCKS * BLOCK) == BLOCK, "write");
    require(fdatasync(file) == 0, "fdatasync");
    count++;
  }
  print_result(count, now_micros() - begin);
  close(file);
  unlink(argv[1]);
  return 0;
}
