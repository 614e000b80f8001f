/* A machine whose clock stands on another day: preloaded under a process and all that it starts, it moves the clock on the
   wall by SEALANE_TESTS_CLOCK_SHIFT seconds. Clocks that only measure how long things take stay as they are, and so do the
   times of files. Waits that end at an instant are moved back, since the kernel wakes by the true clock. Programs that ask
   the kernel without the C library, as Go's do, see the true day. Where SEALANE_TESTS_PAGE names a file, its first eight bytes
   are seconds more, which whoever runs the test may change while the process runs: the clock is set. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define A_WALL_CLOCK 1000000000 /* seconds; no machine has been up for so long, every wall clock shows more */

static const volatile long *page(void) {
    static const long none[1];
    const char *name = getenv("SEALANE_TESTS_PAGE");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return none;
    void *found = mmap(0, sizeof none, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    return found == MAP_FAILED ? none : found;
}

static long shift(void) {
    static const volatile long *set;
    static long seconds;
    if (!set) {
        const char *told = getenv("SEALANE_TESTS_CLOCK_SHIFT");
        seconds = told ? atol(told) : 0;
        set = page();
    }
    return seconds + *set;
}

static int on_the_wall(clockid_t id) { return id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE; }

int clock_gettime(clockid_t id, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(id, now);
    if (!failed && on_the_wall(id)) now->tv_sec += shift();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    if (zone) *(struct timezone *) zone = (struct timezone) {0, 0};
    if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *kept) {
    struct timespec exact;
    if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
    if (kept) *kept = exact.tv_sec;
    return exact.tv_sec;
}

int timespec_get(struct timespec *now, int base) {
    return base == TIME_UTC && !clock_gettime(CLOCK_REALTIME, now) ? base : 0;
}

/* The instant by the true clock; one of a clock that counts from the machine's start is left as it is. */
static struct timespec truly(const struct timespec *until) {
    struct timespec moved = *until;
    if (moved.tv_sec > A_WALL_CLOCK) moved.tv_sec -= shift();
    return moved;
}

#define WAIT(name, declared, given, type) \
    int name declared { \
        static int (*real) type; \
        if (!real) real = (int (*) type) dlsym(RTLD_NEXT, #name); \
        struct timespec moved = truly(until); \
        until = &moved; \
        return real given; \
    }

typedef const struct timespec *Instant;
WAIT(sem_timedwait, (sem_t *restrict s, Instant restrict until), (s, until), (sem_t *, Instant))
WAIT(sem_clockwait, (sem_t *restrict s, clockid_t id, Instant restrict until), (s, id, until), (sem_t *, clockid_t, Instant))
WAIT(pthread_mutex_timedlock, (pthread_mutex_t *restrict m, Instant restrict until), (m, until), (pthread_mutex_t *, Instant))
WAIT(pthread_cond_timedwait, (pthread_cond_t *restrict c, pthread_mutex_t *restrict m, Instant restrict until), (c, m, until),
     (pthread_cond_t *, pthread_mutex_t *, Instant))
WAIT(pthread_cond_clockwait, (pthread_cond_t *restrict c, pthread_mutex_t *restrict m, clockid_t id, Instant restrict until),
     (c, m, id, until), (pthread_cond_t *, pthread_mutex_t *, clockid_t, Instant))

int clock_nanosleep(clockid_t id, int flags, const struct timespec *until, struct timespec *left) {
    static int (*real)(clockid_t, int, const struct timespec *, struct timespec *);
    if (!real) real = (int (*)(clockid_t, int, const struct timespec *, struct timespec *)) dlsym(RTLD_NEXT, "clock_nanosleep");
    struct timespec moved = *until;
    if (flags & TIMER_ABSTIME) moved = truly(until);
    return real(id, flags, &moved, left);
}
