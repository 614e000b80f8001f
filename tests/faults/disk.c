/* A disk that fails when told to: preloaded under SQLite and Python, it makes the n-th synchronisation or write fail.
   fault(kind, skip, last): kind 1 = fsync and fdatasync say EIO; 2 = writes to files say ENOSPC; 3 = writes stop half-way, then
   ENOSPC; the first `skip` calls pass, then `last` calls fail (-1: until told otherwise). hits() counts the failures. Where SEALANE_TESTS_PAGE names a file, a kind in
   its second eight bytes holds for every call, until whoever runs the test takes it away. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int kind, skip, last, failed;

void fault(int what, int pass, int fail) { kind = what; skip = pass; last = fail; failed = 0; }
int hits(void) { return failed; }

static long told(void) {
    static const volatile long *page;
    static const long none[2];
    if (!page) {
        const char *name = getenv("SEALANE_TESTS_PAGE");
        int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
        void *found = file < 0 ? MAP_FAILED : mmap(0, sizeof none, PROT_READ, MAP_SHARED, file, 0);
        page = found == MAP_FAILED ? none : found;
        if (file >= 0) close(file);
    }
    return page[1];
}

static int due(int what) {
    if (told() == what || (what == 2 && told() == 3)) return 1;
    if (kind != what && !(what == 2 && kind == 3)) return 0;
    if (skip > 0) { skip--; return 0; }
    if (last == 0) return 0;
    if (last > 0) last--;
    failed++;
    return 1;
}

static int is_file(int fd) { struct stat s; return fstat(fd, &s) == 0 && S_ISREG(s.st_mode); }

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int)) dlsym(RTLD_NEXT, "fsync");
    if (due(1)) { errno = EIO; return -1; }
    return real(fd);
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int)) dlsym(RTLD_NEXT, "fdatasync");
    if (due(1)) { errno = EIO; return -1; }
    return real(fd);
}

#define FULL(call, half) \
    if (is_file(fd) && due(2)) { if ((kind == 3 || told() == 3) && n > 1) half; errno = ENOSPC; return -1; } \
    return call

ssize_t write(int fd, const void *data, size_t n) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = (ssize_t (*)(int, const void *, size_t)) dlsym(RTLD_NEXT, "write");
    FULL(real(fd, data, n), (void) !real(fd, data, n / 2));
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at) {
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real) real = (ssize_t (*)(int, const void *, size_t, off_t)) dlsym(RTLD_NEXT, "pwrite");
    FULL(real(fd, data, n, at), (void) !real(fd, data, n / 2, at));
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (!real) real = (ssize_t (*)(int, const void *, size_t, off64_t)) dlsym(RTLD_NEXT, "pwrite64");
    FULL(real(fd, data, n, at), (void) !real(fd, data, n / 2, at));
}
