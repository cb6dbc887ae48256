/* A disk that fails on purpose: the n-th write, sync or rename under a folder, once or from there on.

Put before the C library by LD_PRELOAD; `faulty_arm` is called by the process that is to suffer. Kinds: 1 the touch fails
with EIO; 2 a write takes half and says so, a sync or rename fails; 3 as 2, and whatever follows fails with EIO. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char under[PATH_MAX];
static int kind;
static long doomed;
static atomic_long touched;

void faulty_arm(const char *folder, int chosen, long touch) {
    snprintf(under, sizeof under, "%s", folder);
    atomic_store(&touched, 0);
    doomed = touch;
    kind = chosen;
}

long faulty_touched(void) { return atomic_load(&touched); }

enum { GOES_ON, FAILS, HALVED };

static int fate(const char *path, int is_write) {
    if (!kind || strncmp(path, under, strlen(under))) return GOES_ON;
    long now = atomic_fetch_add(&touched, 1) + 1;
    if (now == doomed) return kind > 1 && is_write ? HALVED : FAILS;
    return now > doomed && kind == 3 ? FAILS : GOES_ON;
}

static int fate_of(int handle, int is_write) {
    char link[64], path[PATH_MAX];
    int before = errno;
    if (!kind) return GOES_ON;
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = before;
    if (length < 0) return GOES_ON;
    path[length] = 0;
    return fate(path, is_write);
}

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define JUDGED(call, whole, half)                  \
    switch (call) {                                \
    case FAILS: errno = EIO; return -1;            \
    case HALVED: return half;                      \
    default: return whole;                         \
    }

ssize_t write(int handle, const void *from, size_t size) {
    REAL(write);
    JUDGED(fate_of(handle, 1), real(handle, from, size), real(handle, from, (size + 1) / 2))
}

ssize_t pwrite(int handle, const void *from, size_t size, off_t at) {
    REAL(pwrite);
    JUDGED(fate_of(handle, 1), real(handle, from, size, at), real(handle, from, (size + 1) / 2, at))
}

ssize_t pwrite64(int handle, const void *from, size_t size, off64_t at) {
    REAL(pwrite64);
    JUDGED(fate_of(handle, 1), real(handle, from, size, at), real(handle, from, (size + 1) / 2, at))
}

int fsync(int handle) {
    REAL(fsync);
    JUDGED(fate_of(handle, 0), real(handle), -1)
}

int fdatasync(int handle) {
    REAL(fdatasync);
    JUDGED(fate_of(handle, 0), real(handle), -1)
}

int ftruncate(int handle, off_t size) {
    REAL(ftruncate);
    JUDGED(fate_of(handle, 0), real(handle, size), -1)
}

int ftruncate64(int handle, off64_t size) {
    REAL(ftruncate64);
    JUDGED(fate_of(handle, 0), real(handle, size), -1)
}

int rename(const char *from, const char *to) {
    REAL(rename);
    JUDGED(fate(to, 0), real(from, to), -1)
}

int renameat(int home, const char *from, int other, const char *to) {
    REAL(renameat);
    JUDGED(fate(to, 0), real(home, from, other, to), -1)
}

int mkdir(const char *path, mode_t mode) {
    extern int mkdir(const char *, mode_t);
    int (*real)(const char *, mode_t) = (int (*)(const char *, mode_t))dlsym(RTLD_NEXT, "mkdir");
    JUDGED(fate(path, 0), real(path, mode), -1)
}
