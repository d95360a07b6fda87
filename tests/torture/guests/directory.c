// A folder that is read entry by entry, with a stop half way: nothing is missed, nothing comes twice.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

static u64 name_hash(const char *name) {
  u64 hash = 0;
  for (; *name; name++) hash = hash * 131 + (unsigned char)*name;
  return hash;
}

int main(void) {
  if (mkdir("many", 0777)) return 1;
  char path[24] = "many/file-00";
  for (u32 i = 0; i < 12; i++) {
    path[10] = '0' + i / 10;
    path[11] = '0' + i % 10;
    int file = open(path, O_WRONLY | O_CREAT, 0666);
    if (file < 0) return 2;
    close(file);
  }
  DIR *folder = opendir("many");
  if (!folder) return 3;
  u64 names = 0, found = 0;
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (entry->d_name[0] == '.') continue;
    names += name_hash(entry->d_name);
    found++;
    // Another folder is opened, and files of it go, while this one is being read.
    if (found == 5) {
      DIR *root = opendir(".");
      if (!root) return 4;
      u64 others = 0;
      for (struct dirent *other; (other = readdir(root));) others++;
      note(others);
      closedir(root);
    }
  }
  closedir(folder);
  note(names);
  note(found);
  int folder_itself = open("many", O_RDONLY | O_DIRECTORY);
  int inside = open("many/file-03", O_RDWR);
  if (inside < 0 || write(inside, "three", 5) != 5) return 5;
  if (unlinkat(folder_itself, "file-04", 0)) return 6;
  struct stat status;
  if (fstatat(folder_itself, "file-03", &status, 0)) return 7;
  note((u64)status.st_size);
  note(rmdir("many") ? (u64)errno : 0);
  emit();
  return 0;
}
