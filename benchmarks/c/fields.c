// fields read|update ITERATIONS: ns per read of one field, or update of one field, of a 32-bit word of a shared mapped page.
// By hand, as a driver in C does it: shifts and masks; the update keeps bit 31, which is cleared by ones, out of what it writes back.
#include "common.h"
#include <sys/mman.h>

static __attribute__((noinline)) uint32_t read_many(const volatile uint32_t *control, long n)
{
    uint32_t sum = 0;
    for (long i = 0; i < n; i++) sum += (*control >> 4) & 3;
    return sum;
}

static __attribute__((noinline)) void update_many(volatile uint32_t *control, long n)
{
    for (long i = 0; i < n; i++) *control = (*control & ~0x80ff0000u) | ((uint32_t)i & 0xff) << 16;
}

int main(int argc, char **argv)
{
    need(argc == 3, "fields read|update ITERATIONS");
    int reads = strcmp(argv[1], "read") == 0;
    long n = atol(argv[2]);
    int fd = memfd_create("page", MFD_CLOEXEC);
    need(fd >= 0 && ftruncate(fd, 4096) == 0, "memfd_create");
    uint32_t *control = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    need(control != MAP_FAILED, "mmap");
    *control = 0x10;
    if (reads) need(read_many(control, n / 10) == (uint32_t)(n / 10), "sum");
    else update_many(control, n / 10);
    double start = now_ns();
    if (reads) need(read_many(control, n) == (uint32_t)n, "sum");
    else update_many(control, n);
    double end = now_ns();
    if (!reads) need(*control == (0x10 | ((uint32_t)(n - 1) & 0xff) << 16), "word");
    printf("%.4f\n", (end - start) / n);
    return 0;
}
