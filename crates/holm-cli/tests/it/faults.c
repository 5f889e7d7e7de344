/* A disk that fails: the HOLM_FAULT_AT-th call of the kind HOLM_FAULT fails, and with `fsync` every later one too, as on a disk that is gone.
   Loaded before the C library (LD_PRELOAD); how many calls there were is left in HOLM_FAULT_COUNT. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long calls, at = -1;
static const char *kind = "";

__attribute__((constructor)) static void begin(void) {
  const char *where = getenv("HOLM_FAULT_AT");
  kind = getenv("HOLM_FAULT") ? getenv("HOLM_FAULT") : "";
  at = where ? atol(where) : -1;
}

__attribute__((destructor)) static void end(void) {
  const char *path = getenv("HOLM_FAULT_COUNT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (file) {
    fprintf(file, "%ld", calls);
    fclose(file);
  }
}

/* Terminals and pipes do not fill up. */
static int is_file(int fd) {
  struct stat seen;
  return fstat(fd, &seen) == 0 && S_ISREG(seen.st_mode);
}

static int writes_fail(int fd) {
  if (strcmp(kind, "full") != 0 && strcmp(kind, "short") != 0) return 0;
  if (!is_file(fd)) return 0;
  calls++;
  return calls >= at;
}

/* The first write that fails is cut in half where `short` is asked for; then the disk is full. */
static size_t half(size_t length) { return strcmp(kind, "short") == 0 && calls == at ? length / 2 : 0; }

typedef ssize_t (*write_fn)(int, const void *, size_t);
typedef ssize_t (*pwrite_fn)(int, const void *, size_t, off64_t);

ssize_t write(int fd, const void *bytes, size_t length) {
  write_fn real = (write_fn)dlsym(RTLD_NEXT, "write");
  if (!writes_fail(fd)) return real(fd, bytes, length);
  size_t part = half(length);
  if (part > 0) return real(fd, bytes, part);
  errno = ENOSPC;
  return -1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  pwrite_fn real = (pwrite_fn)dlsym(RTLD_NEXT, "pwrite64");
  if (!writes_fail(fd)) return real(fd, bytes, length, offset);
  size_t part = half(length);
  if (part > 0) return real(fd, bytes, part, offset);
  errno = ENOSPC;
  return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

static int sync_fails(void) {
  if (strcmp(kind, "fsync") != 0) return 0;
  calls++;
  if (calls < at) return 0;
  errno = EIO;
  return 1;
}

int fsync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return sync_fails() ? -1 : real(fd);
}

int fdatasync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return sync_fails() ? -1 : real(fd);
}
