/* One seam under Python, SQLite, tantivy and FAISS alike: the libc calls that change files below one folder, counted.
   Calls by number (`syscall`) are told apart and go the same way. tantivy publishes its files by a `renameat` that asks
   the kernel and no library: from the first arming on, the kernel hands such calls back as SIGSYS (x86-64 only).
   At the n-th of the chosen kinds the process is killed (before it, or in the middle of a write), or the call fails.
   Loaded by LD_PRELOAD, armed by ctypes; see campaign.py. */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

enum { OFF, COUNT, KILL, TEAR, FAIL, FAIL_FROM };
enum { WRITE = 1, NAME = 2, SYNC = 4, CREATE = 8, OPEN = 16 };

static char prefix[PATH_MAX];
static size_t prefix_length;
static int mode = OFF, kinds, error;
static long at, seen;

static void hand_back(void);

void seam_arm(const char *folder, int new_mode, int new_kinds, long n, int new_error) {
    strncpy(prefix, folder, sizeof prefix - 1);
    prefix_length = strlen(prefix);
    kinds = new_kinds;
    at = n;
    error = new_error;
    seen = 0;
    mode = new_mode;
    if (mode != OFF) hand_back();
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

static int at_inside(int fd, const char *path) {
    return path_inside(path) || (path && path[0] != '/' && fd_inside(fd));
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
    return at_inside(b, to) && strike(NAME) ? -1 : REAL(renameat)(a, from, b, to);
}
int link(const char *from, const char *to) { return path_inside(to) && strike(NAME) ? -1 : REAL(link)(from, to); }
int unlink(const char *path) { return path_inside(path) && strike(NAME) ? -1 : REAL(unlink)(path); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
    return at_inside(b, to) && strike(NAME) ? -1 : REAL(renameat2)(a, from, b, to, flags);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
    return at_inside(b, to) && strike(NAME) ? -1 : REAL(linkat)(a, from, b, to, flags);
}
int unlinkat(int fd, const char *path, int flags) {
    return at_inside(fd, path) && strike(NAME) ? -1 : REAL(unlinkat)(fd, path, flags);
}
int rmdir(const char *path) { return path_inside(path) && strike(NAME) ? -1 : REAL(rmdir)(path); }
int mkdir(const char *path, mode_t mode_) { return path_inside(path) && strike(NAME) ? -1 : REAL(mkdir)(path, mode_); }
int mkdirat(int fd, const char *path, mode_t mode_) {
    return at_inside(fd, path) && strike(NAME) ? -1 : REAL(mkdirat)(fd, path, mode_);
}

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

/* A call by its number is the call of that name; all others, locks above all, pass with every argument they may have. */
long syscall(long number, ...) {
    static long (*next)(long, ...);
    long a[6];
    va_list rest;
    va_start(rest, number);
    for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
    va_end(rest);
    if (mode != OFF) switch (number) {
        case SYS_write: return write(a[0], (const void *)a[1], a[2]);
        case SYS_pwrite64: return pwrite64(a[0], (const void *)a[1], a[2], a[3]);
        case SYS_writev: return writev(a[0], (const struct iovec *)a[1], a[2]);
        case SYS_ftruncate: return ftruncate(a[0], a[1]);
        case SYS_fsync: return fsync(a[0]);
        case SYS_fdatasync: return fdatasync(a[0]);
        case SYS_openat: return openat(a[0], (const char *)a[1], a[2], a[3]);
        case SYS_renameat: return renameat(a[0], (const char *)a[1], a[2], (const char *)a[3]);
        case SYS_renameat2: return renameat2(a[0], (const char *)a[1], a[2], (const char *)a[3], a[4]);
        case SYS_linkat: return linkat(a[0], (const char *)a[1], a[2], (const char *)a[3], a[4]);
        case SYS_unlinkat: return unlinkat(a[0], (const char *)a[1], a[2]);
        case SYS_mkdirat: return mkdirat(a[0], (const char *)a[1], a[2]);
#ifdef SYS_rename /* not on ARM */
        case SYS_open: return open((const char *)a[0], a[1], a[2]);
        case SYS_rename: return rename((const char *)a[0], (const char *)a[1]);
        case SYS_link: return link((const char *)a[0], (const char *)a[1]);
        case SYS_unlink: return unlink((const char *)a[0]);
        case SYS_rmdir: return rmdir((const char *)a[0]);
        case SYS_mkdir: return mkdir((const char *)a[0], a[1]);
#endif
    }
    if (!next) next = real("syscall");
    return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

#ifdef __x86_64__
/* The one place from which the filter lets these calls through. */
long seam_raw(long number, long a, long b, long c, long d, long e);
extern char seam_raw_end[];
__asm__(".text\n.globl seam_raw\nseam_raw:\n mov %rdi, %rax\n mov %rsi, %rdi\n mov %rdx, %rsi\n mov %rcx, %rdx\n"
        " mov %r8, %r10\n mov %r9, %r8\n syscall\n.globl seam_raw_end\nseam_raw_end:\n ret\n");

/* What libc itself asks has been counted by its name above; what comes from anywhere else has not. */
static void handed_back(int signal_, siginfo_t *info, void *context) {
    greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
    Dl_info from, libc;
    int counted = dladdr(info->si_call_addr, &from) && dladdr(real("getpid"), &libc) && from.dli_fbase == libc.dli_fbase;
    int plain = info->si_syscall == SYS_rename;
    int inside = plain ? path_inside((char *)r[REG_RSI]) : at_inside(r[REG_RDX], (char *)r[REG_R10]);
    if (!counted && inside && strike(NAME)) r[REG_RAX] = -error;
    else r[REG_RAX] = seam_raw(info->si_syscall, r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8]);
}

static void hand_back(void) {
    static int done;
    struct sigaction action = {.sa_sigaction = handed_back, .sa_flags = SA_SIGINFO | SA_NODEFER};
    unsigned long allowed = (unsigned long)seam_raw_end;
#define LOADED(what) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, what))
#define EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
    struct sock_filter steps[] = {
        LOADED(nr), EQUAL(SYS_rename, 3, 0), EQUAL(SYS_renameat, 2, 0), EQUAL(SYS_renameat2, 1, 0), EQUAL(SYS_linkat, 0, 4),
        LOADED(instruction_pointer), EQUAL((unsigned)allowed, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4),
        EQUAL((unsigned)(allowed >> 32), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    struct sock_fprog program = {sizeof steps / sizeof *steps, steps};
    if (done++) return;
    sigaction(SIGSYS, &action, NULL);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        perror("seam: the kernel hands no calls back");
        _exit(3);
    }
}
#else
static void hand_back(void) {}
#endif
