/* Preloaded into a process (ld.so(8), LD_PRELOAD), keeps what is on the disk for certain, so that a test can cut the power.
 *
 * Of the files in the folder DISK_DATA, the folder DISK_KEPT has what a power cut leaves at the least: each file as it was when
 * its last sync began (in `synced`), and the names that the folder had when it was synced last (in `names`). What was written and
 * not synced is not there. A sync counts when it is over. The file `log_syncs` has a byte for each sync of a write-ahead log. While there is
 * a file `log_fails`, these syncs fail. Linux takes pages for written when their sync has failed (fsync(2)): later syncs leave out the pages
 * that have not changed since. So `lost` has the file as it was then, until another file has its name. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE = 4096 };

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* A test without its disk has no result. */
static void must(int is_true, const char *what) {
  if (is_true) return;
  perror(what);
  abort();
}

static void kept_path(char *path, const char *kind, const char *name) {
  int length = snprintf(path, PATH_MAX, "%s/%s/%s", getenv("DISK_KEPT"), kind, name);
  must(length > 0 && length < PATH_MAX, "path of a kept file");
}

static void copy(const char *from, const char *to) {
  int source = open(from, O_RDONLY | O_CLOEXEC), target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  must(source >= 0 && target >= 0, "open for a copy");
  ssize_t copied;
  while ((copied = sendfile(target, source, NULL, 1 << 20)) > 0) continue;
  must(copied == 0, "copy");
  close(source);
  close(target);
}

/* Reads a page at this place, with zeros behind the end of the file. */
static void read_page(int file, char *page, off_t at) {
  memset(page, 0, PAGE);
  must(file < 0 || pread(file, page, PAGE, at) >= 0, "read of a page");
}

/* Puts what the disk had before in place of the pages in `target` that a failed sync has lost. */
static void lose(const char *target_path, const char *kept_path, const char *lost_path) {
  int lost = open(lost_path, O_RDONLY | O_CLOEXEC), kept = open(kept_path, O_RDONLY | O_CLOEXEC);
  int target = open(target_path, O_RDWR | O_CLOEXEC);
  must(lost >= 0 && target >= 0, "open for pages");
  struct stat size;
  must(fstat(lost, &size) == 0, "fstat");
  char then[PAGE], now[PAGE], before[PAGE];
  for (off_t at = 0; at < size.st_size; at += PAGE) {
    read_page(lost, then, at);
    read_page(target, now, at);
    if (memcmp(then, now, PAGE) != 0) continue;
    read_page(kept, before, at);
    must(pwrite(target, before, PAGE, at) == PAGE, "write of a page");
  }
  close(lost);
  close(target);
  if (kept >= 0) close(kept);
}

static int is_log(const char *name) {
  size_t length = strlen(name);
  return length >= 4 && strcmp(name + length - 4, "-wal") == 0;
}

static int fails(const char *name) {
  char path[PATH_MAX];
  kept_path(path, ".", "log_fails");
  return is_log(name) && access(path, F_OK) == 0;
}

static void count_log_sync(const char *name) {
  if (!is_log(name)) return;
  char path[PATH_MAX];
  kept_path(path, ".", "log_syncs");
  int count = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  must(count >= 0 && write(count, "s", 1) == 1, "count of syncs");
  close(count);
}

/* Keeps the names that the folder has now, and forgets the others. */
static void keep_names(const char *data) {
  char kept[PATH_MAX], here[PATH_MAX + NAME_MAX + 2];
  DIR *folder = opendir(data);
  must(folder != NULL, "opendir");
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_type != DT_REG) continue;
    kept_path(kept, "names", entry->d_name);
    int name = open(kept, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    must(name >= 0, "open of a name");
    close(name);
  }
  closedir(folder);
  kept_path(kept, "names", "");
  folder = opendir(kept);
  must(folder != NULL, "opendir of names");
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_type != DT_REG) continue;
    snprintf(here, sizeof here, "%s/%s", data, entry->d_name);
    if (access(here, F_OK) == 0) continue;
    kept_path(kept, "names", entry->d_name);
    unlink(kept);
    kept_path(kept, "synced", entry->d_name);
    unlink(kept);
    kept_path(kept, "lost", entry->d_name);
    unlink(kept);
  }
  closedir(folder);
}

static int sync_and_keep(int file, long call) {
  const char *data = getenv("DISK_DATA");
  char link[64], path[PATH_MAX], new[PATH_MAX], kept[PATH_MAX], lost[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (data == NULL || length < 0) return syscall(call, file);
  path[length] = 0;
  size_t folder = strlen(data);
  if (strncmp(path, data, folder) != 0) return syscall(call, file);
  const char *name = path[folder] == '/' ? path + folder + 1 : NULL;
  if (path[folder] != 0 && (name == NULL || strchr(name, '/') != NULL || access(path, F_OK) != 0)) {
    return syscall(call, file);
  }
  pthread_mutex_lock(&one_at_a_time);
  if (name != NULL) {
    kept_path(new, "new", name);
    kept_path(kept, "synced", name);
    kept_path(lost, "lost", name);
    if (fails(name)) {
      copy(path, lost);
      pthread_mutex_unlock(&one_at_a_time);
      errno = EIO;
      return -1;
    }
    copy(path, new);
    if (access(lost, F_OK) == 0) lose(new, kept, lost);
  }
  int result = syscall(call, file);
  if (result == 0 && name != NULL) {
    must(rename(new, kept) == 0, "rename");
    count_log_sync(name);
  }
  if (result == 0 && name == NULL) keep_names(data);
  pthread_mutex_unlock(&one_at_a_time);
  return result;
}

int fsync(int file) { return sync_and_keep(file, SYS_fsync); }

int fdatasync(int file) { return sync_and_keep(file, SYS_fdatasync); }
