// Files that are open across a stop: positions, append, one that is unlinked while open, one that is renamed.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

#define CHECK(condition) \
  if (!(condition)) { \
    note(0xbad00000 + __LINE__); \
    note(errno); \
    emit(); \
    return 1; \
  }

static u64 digest(const char *data, ssize_t n) {
  u64 hash = n;
  for (ssize_t i = 0; i < n; i++) hash = rotate(hash, 5) ^ (unsigned char)data[i];
  return hash;
}

int main(void) {
  char data[32];
  int input = open("input", O_RDONLY);
  int log = open("log", O_WRONLY | O_APPEND | O_CREAT, 0666);
  int both = open("both", O_RDWR | O_CREAT | O_TRUNC, 0666);
  int doomed = open("doomed", O_RDWR | O_CREAT, 0666);
  CHECK(input >= 0 && log >= 0 && both >= 0 && doomed >= 0);

  note(digest(data, read(input, data, 9)));
  CHECK(write(both, "0123456789", 10) == 10);
  CHECK(write(doomed, "not to be found again", 21) == 21);
  CHECK(write(log, data, 9) == 9);
  CHECK(unlink("doomed") == 0);
  CHECK(lseek(both, 3, SEEK_SET) == 3);
  CHECK(write(both, "abc", 3) == 3);
  note(digest(data, read(both, data, 2)));
  CHECK(lseek(doomed, -5, SEEK_CUR) == 16);
  note(digest(data, read(doomed, data, 32)));
  CHECK(write(doomed, "!", 1) == 1);

  // The log keeps its place, which is the end, whoever else writes to it.
  int other = open("log", O_WRONLY | O_APPEND);
  CHECK(other >= 0);
  CHECK(write(other, "<other>", 7) == 7);
  CHECK(write(log, "<log>", 5) == 5);
  CHECK(close(other) == 0);
  CHECK(rename("both", "moved") == 0);
  note(digest(data, read(both, data, 2)));
  note(digest(data, read(input, data, 7)));
  CHECK(lseek(doomed, 0, SEEK_SET) == 0);
  note(digest(data, read(doomed, data, 32)));
  CHECK(ftruncate(both, 8) == 0);
  CHECK(lseek(both, 0, SEEK_END) == 8);
  CHECK(write(both, data, 4) == 4);
  CHECK(lseek(input, -4, SEEK_END) > 0);
  note(digest(data, read(input, data, 32)));
  note(read(input, data, 32));

  CHECK(close(log) == 0);
  int again = open("log", O_RDONLY);
  CHECK(again >= 0);
  note(digest(data, read(again, data, 32)));
  struct stat status;
  CHECK(fstat(both, &status) == 0);
  note(status.st_size);
  emit();
  return 0;
}
