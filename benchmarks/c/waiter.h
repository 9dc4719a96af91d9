// One epoll set with a wake descriptor and a signal descriptor: what the C# waiter has.
#pragma once
#include "common.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

struct waiter
{
    int set, wake, signal;
};

static inline int watch(int set, uint64_t mark)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event change = { .events = EPOLLIN, .data.u64 = mark };
    need(fd >= 0 && epoll_ctl(set, EPOLL_CTL_ADD, fd, &change) == 0, "epoll_ctl");
    return fd;
}

static inline struct waiter make_waiter(void)
{
    struct waiter w = { .set = epoll_create1(EPOLL_CLOEXEC) };
    need(w.set >= 0, "epoll_create1");
    w.wake = watch(w.set, 0);
    w.signal = watch(w.set, 1);
    return w;
}

// Waits, and takes what came. Returns how many signals, 0 for a wake-up.
static inline uint64_t wait_for(const struct waiter *w)
{
    struct epoll_event events[1];
    int ready;
    while ((ready = epoll_wait(w->set, events, 1, -1)) < 0) need(errno == EINTR, "epoll_wait");
    uint64_t signals = 0;
    for (int i = 0; i < ready; i++)
    {
        uint64_t count = take(events[i].data.u64 ? w->signal : w->wake);
        if (events[i].data.u64) signals += count;
    }
    return signals;
}
