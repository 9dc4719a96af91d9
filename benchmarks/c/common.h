// What the C sides share: a clock, and giving up.
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static inline double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static inline void need(int ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static inline void put(int fd)
{
    uint64_t one = 1;
    need(write(fd, &one, sizeof one) == sizeof one, "write");
}

static inline uint64_t take(int fd)
{
    uint64_t count;
    need(read(fd, &count, sizeof count) == sizeof count, "read");
    return count;
}
