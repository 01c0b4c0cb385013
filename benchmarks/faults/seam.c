/* One seam under Python, SQLite, tantivy and FAISS alike: the libc calls that change files below one folder, counted.
   At the n-th of the chosen kinds the process is killed (before it, or in the middle of a write), or the call fails.
   Loaded by LD_PRELOAD, armed by ctypes; see campaign.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OFF, COUNT, KILL, TEAR, FAIL, FAIL_FROM };
enum { WRITE = 1, NAME = 2, SYNC = 4, CREATE = 8, OPEN = 16 };

static char prefix[PATH_MAX];
static size_t prefix_length;
static int mode = OFF, kinds, error;
static long at, seen;

void seam_arm(const char *folder, int new_mode, int new_kinds, long n, int new_error) {
    strncpy(prefix, folder, sizeof prefix - 1);
    prefix_length = strlen(prefix);
    kinds = new_kinds;
    at = n;
    error = new_error;
    seen = 0;
    mode = new_mode;
}

long seam_seen(void) { return seen; }

static int path_inside(const char *path) {
    return mode != OFF && path && strncmp(path, prefix, prefix_length) == 0;
}

static int fd_inside(int fd) {
    char link[64], path[PATH_MAX];
    if (mode == OFF) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return path_inside(path);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* 0: go on; 1: fail with errno; 2: write a half, then die. */
static int strike(int kind) {
    if (!(kinds & kind)) return 0;
    long now = __sync_add_and_fetch(&seen, 1);
    if (mode == KILL && now == at) die();
    if (mode == TEAR && now == at) return 2;
    if ((mode == FAIL && now == at) || (mode == FAIL_FROM && now >= at)) {
        errno = error;
        return 1;
    }
    return 0;
}

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

ssize_t write(int fd, const void *data, size_t n) {
    int hit = fd_inside(fd) ? strike(WRITE) : 0;
    if (hit == 1) return -1;
    if (hit == 2) { REAL(write)(fd, data, n / 2); die(); }
    return REAL(write)(fd, data, n);
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t offset) {
    int hit = fd_inside(fd) ? strike(WRITE) : 0;
    if (hit == 1) return -1;
    if (hit == 2) { REAL(pwrite)(fd, data, n / 2, offset); die(); }
    return REAL(pwrite)(fd, data, n, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t offset) {
    int hit = fd_inside(fd) ? strike(WRITE) : 0;
    if (hit == 1) return -1;
    if (hit == 2) { REAL(pwrite64)(fd, data, n / 2, offset); die(); }
    return REAL(pwrite64)(fd, data, n, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int n) {
    int hit = fd_inside(fd) ? strike(WRITE) : 0;
    if (hit == 1) return -1;
    if (hit == 2) { REAL(write)(fd, parts[0].iov_base, parts[0].iov_len / 2); die(); }
    return REAL(writev)(fd, parts, n);
}

/* A change that has no middle: killed before it. */
static int whole(int kind) {
    int hit = strike(kind);
    if (hit == 2) die();
    return hit;
}

int ftruncate(int fd, off_t n) { return fd_inside(fd) && whole(WRITE) ? -1 : REAL(ftruncate)(fd, n); }
int ftruncate64(int fd, off64_t n) { return fd_inside(fd) && whole(WRITE) ? -1 : REAL(ftruncate64)(fd, n); }
int posix_fallocate64(int fd, off64_t from, off64_t n) {
    return fd_inside(fd) && whole(WRITE) ? error : REAL(posix_fallocate64)(fd, from, n);
}
int fsync(int fd) { return fd_inside(fd) && strike(SYNC) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fd_inside(fd) && strike(SYNC) ? -1 : REAL(fdatasync)(fd); }
int rename(const char *from, const char *to) { return path_inside(to) && strike(NAME) ? -1 : REAL(rename)(from, to); }
int renameat(int a, const char *from, int b, const char *to) {
    return path_inside(to) && strike(NAME) ? -1 : REAL(renameat)(a, from, b, to);
}
int link(const char *from, const char *to) { return path_inside(to) && strike(NAME) ? -1 : REAL(link)(from, to); }
int unlink(const char *path) { return path_inside(path) && strike(NAME) ? -1 : REAL(unlink)(path); }
int unlinkat(int fd, const char *path, int flags) {
    return (path_inside(path) || fd_inside(fd)) && strike(NAME) ? -1 : REAL(unlinkat)(fd, path, flags);
}
int rmdir(const char *path) { return path_inside(path) && strike(NAME) ? -1 : REAL(rmdir)(path); }
int mkdir(const char *path, mode_t mode_) { return path_inside(path) && strike(NAME) ? -1 : REAL(mkdir)(path, mode_); }

/* Creating or emptying a file changes the folder; any opening can meet the end of file descriptors. */
static int opening(const char *path, int flags) {
    if (!path_inside(path)) return 0;
    if (kinds & OPEN) return strike(OPEN);
    return flags & (O_CREAT | O_TRUNC) ? strike(CREATE) : 0;
}

#define OPENING(name, path, flags, ...)                             \
    mode_t permissions = 0;                                         \
    if (flags & (O_CREAT | O_TMPFILE)) {                            \
        va_list rest;                                               \
        va_start(rest, flags);                                      \
        permissions = va_arg(rest, mode_t);                         \
        va_end(rest);                                               \
    }                                                               \
    return opening(path, flags) ? -1 : REAL(name)(__VA_ARGS__, flags, permissions);

int open(const char *path, int flags, ...) { OPENING(open, path, flags, path) }
int open64(const char *path, int flags, ...) { OPENING(open64, path, flags, path) }
int openat(int fd, const char *path, int flags, ...) { OPENING(openat, path, flags, fd, path) }
int openat64(int fd, const char *path, int flags, ...) { OPENING(openat64, path, flags, fd, path) }
