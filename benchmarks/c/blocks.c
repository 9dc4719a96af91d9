// blocks read|write words|memcpy BEHIND ITERATIONS: ns per copy of 4 KiB between ordinary memory and a shared mapped page.
// The destination's address lies BEHIND bytes behind the source's, modulo 4 KiB.
//   words   64-bit volatile accesses in rising order, as a kernel's memcpy_fromio and memcpy_toio make them of uncached memory
//   memcpy  the C library's, as for cached memory
#include "common.h"
#include <sys/mman.h>

enum { size = 4096, words = size / sizeof(uint64_t) };

static __attribute__((noinline)) void read_words(uint64_t *to, const volatile uint64_t *from)
{
    for (int i = 0; i < words; i++) to[i] = from[i];
}

static __attribute__((noinline)) void write_words(volatile uint64_t *to, const uint64_t *from)
{
    for (int i = 0; i < words; i++) to[i] = from[i];
}

static void copy(int reads, int single, uint64_t *page, uint64_t *memory, long n)
{
    for (long i = 0; i < n; i++)
    {
        if (single && reads) read_words(memory, page);
        else if (single) write_words(page, memory);
        else memcpy(reads ? memory : page, reads ? page : memory, size);
        __asm__ volatile("" ::: "memory"); // each copy is wanted
    }
}

int main(int argc, char **argv)
{
    need(argc == 5, "blocks read|write words|memcpy BEHIND ITERATIONS");
    int reads = strcmp(argv[1], "read") == 0, single = strcmp(argv[2], "words") == 0;
    long behind = atol(argv[3]), n = atol(argv[4]);
    need(behind >= 0 && behind < size && behind % 64 == 0, "BEHIND is a multiple of 64 below 4096");
    static uint64_t memories[3 * words] __attribute__((aligned(4096)));
    uint64_t *memory = memories + (reads ? behind : size - behind) / sizeof(uint64_t);
    int fd = memfd_create("page", MFD_CLOEXEC);
    need(fd >= 0 && ftruncate(fd, size) == 0, "memfd_create");
    uint64_t *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    need(page != MAP_FAILED, "mmap");
    memset(page, 1, size);
    copy(reads, single, page, memory, n / 10);
    double start = now_ns();
    copy(reads, single, page, memory, n);
    double end = now_ns();
    printf("%.4f\n", (end - start) / n);
    return 0;
}
