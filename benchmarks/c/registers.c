// registers ITERATIONS: ns per 32-bit volatile read of one word of a shared mapped page.
#include "common.h"
#include <sys/mman.h>

struct registers
{
    uint32_t identification;
    uint32_t liveness;
};

// The sum is what the C# loop makes of its reads, too.
static __attribute__((noinline)) uint32_t read_many(const volatile struct registers *r, long n)
{
    uint32_t sum = 0;
    for (long i = 0; i < n; i++) sum += r->liveness;
    return sum;
}

int main(int argc, char **argv)
{
    long n = argc > 1 ? atol(argv[1]) : 100000000;
    int fd = memfd_create("page", MFD_CLOEXEC);
    need(fd >= 0 && ftruncate(fd, 4096) == 0, "memfd_create");
    struct registers *r = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    need(r != MAP_FAILED, "mmap");
    r->liveness = 1;
    need(read_many(r, n / 10) == (uint32_t)(n / 10), "sum");
    double start = now_ns();
    uint32_t sum = read_many(r, n);
    double end = now_ns();
    need(sum == (uint32_t)n, "sum");
    printf("%.4f\n", (end - start) / n);
    return 0;
}
