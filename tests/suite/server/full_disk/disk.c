/* Preloaded into a process (ld.so(8), LD_PRELOAD), gives it a disk that is full without a file system of that size.
 *
 * While the file DISK_LIMIT exists, no regular file may grow beyond its length: such a write fails with the error number
 * DISK_ERROR. What has its place on the disk already can be written over, as on a disk that is full. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int refuses(int file, off_t end) {
  const char *limit_file = getenv("DISK_LIMIT"), *error = getenv("DISK_ERROR");
  struct stat limit, now;
  if (limit_file == NULL || error == NULL || stat(limit_file, &limit) != 0) return 0;
  if (fstat(file, &now) != 0 || !S_ISREG(now.st_mode)) return 0;
  if (end <= now.st_size || end <= limit.st_size) return 0;
  errno = atoi(error);
  return 1;
}

ssize_t write(int file, const void *bytes, size_t count) {
  off_t at = lseek(file, 0, SEEK_CUR);
  if (at >= 0 && refuses(file, at + (off_t)count)) return -1;
  return syscall(SYS_write, file, bytes, count);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
  if (refuses(file, at + (off64_t)count)) return -1;
  return syscall(SYS_pwrite64, file, bytes, count, at);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) { return pwrite64(file, bytes, count, at); }
