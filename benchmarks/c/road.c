// road inline|thread ITERATIONS: ns per round trip: an event descriptor is written, a second thread takes it, reads and
// acknowledges a status word, and its handler (there, or on a third thread) writes the reply that the first one reads.
#include "waiter.h"
#include <pthread.h>
#include <sys/mman.h>

enum { status = 0x24 / 4, acknowledge = 0x64 / 4 };

typedef void handler(int reply, uint32_t why);

static volatile uint32_t *page;
static struct waiter vector, hop;
static int reply;
static volatile uint32_t handed;
static handler *volatile user;

static void answer(int fd, uint32_t why)
{
    (void)why;
    put(fd);
}

static void *wait_thread(void *own_thread)
{
    for (;;)
    {
        if (wait_for(&vector) == 0) continue;
        uint32_t why = page[status];
        if ((why & 0xFFFFFFFF) == 0) continue;
        page[acknowledge] = why;
        if (own_thread == NULL)
        {
            user(reply, why);
            continue;
        }

        handed = why;
        put(hop.wake);
    }
    return NULL;
}

static void *handler_thread(void *none)
{
    (void)none;
    for (;;)
    {
        wait_for(&hop);
        user(reply, handed);
    }
    return NULL;
}

static double rounds(long n)
{
    double start = now_ns();
    for (long i = 0; i < n; i++)
    {
        put(vector.signal);
        take(reply);
    }
    return (now_ns() - start) / n;
}

int main(int argc, char **argv)
{
    need(argc == 3, "road inline|thread ITERATIONS");
    int own_thread = strcmp(argv[1], "thread") == 0;
    long n = atol(argv[2]);
    int fd = memfd_create("page", MFD_CLOEXEC);
    need(fd >= 0 && ftruncate(fd, 4096) == 0, "memfd_create");
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    need(page != MAP_FAILED, "mmap");
    page[status] = 1;
    user = answer;
    reply = eventfd(0, EFD_CLOEXEC);
    need(reply >= 0, "eventfd");
    vector = make_waiter();
    hop = make_waiter();
    pthread_t thread;
    need(pthread_create(&thread, NULL, wait_thread, own_thread ? "" : NULL) == 0, "pthread_create");
    if (own_thread) need(pthread_create(&thread, NULL, handler_thread, NULL) == 0, "pthread_create");
    rounds(n / 10);
    printf("%.1f\n", rounds(n));
    return 0;
}
