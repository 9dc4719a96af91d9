// message ADDRESS ITERATIONS: ns per MSI round trip on QEMU's edu card: one thread raises (register 0x60) and sleeps on a
// reply descriptor; the other takes the message, reads the status, acknowledges it, and its handler writes the reply.
#include "waiter.h"
#include <fcntl.h>
#include <libgen.h>
#include <linux/vfio.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

enum { status = 0x24 / 4, raise_interrupt = 0x60 / 4, acknowledge = 0x64 / 4, computing_unit = 0x20 / 4 };

typedef void handler(int reply, uint32_t why);

static volatile uint32_t *bar;
static struct waiter vector;
static int reply;
static handler *volatile user;

static void answer(int fd, uint32_t why)
{
    (void)why;
    put(fd);
}

static void *wait_thread(void *none)
{
    (void)none;
    for (;;)
    {
        if (wait_for(&vector) == 0) continue;
        uint32_t why = bar[status];
        if ((why & 0xFFFFFFFF) == 0) continue;
        bar[acknowledge] = why;
        user(reply, why);
    }
    return NULL;
}

static int open_device(const char *address)
{
    char path[256], link[256] = "";
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/iommu_group", address);
    need(readlink(path, link, sizeof link - 1) > 0, path);
    snprintf(path, sizeof path, "/dev/vfio/%.200s", basename(link));
    int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC), group = -1;
    need(container >= 0, "/dev/vfio/vfio");
    // The C# side has closed it just before; the kernel may still be at it.
    for (int i = 0; i < 100 && (group = open(path, O_RDWR | O_CLOEXEC)) < 0 && errno == EBUSY; i++) usleep(10000);
    need(group >= 0, path);
    need(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) == 0, "VFIO_GROUP_SET_CONTAINER");
    need(ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) == 0, "VFIO_SET_IOMMU");
    int device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, address);
    need(device >= 0, "VFIO_GROUP_GET_DEVICE_FD");
    return device;
}

static struct vfio_region_info region(int device, uint32_t index)
{
    struct vfio_region_info info = { .argsz = sizeof info, .index = index };
    need(ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info) == 0, "VFIO_DEVICE_GET_REGION_INFO");
    return info;
}

static void set_up(int device)
{
    struct vfio_region_info config = region(device, VFIO_PCI_CONFIG_REGION_INDEX);
    uint16_t command;
    need(pread(device, &command, 2, config.offset + 4) == 2, "reading the command register");
    command |= 2 | 4; // memory decoding, bus mastering: a message is a memory write by the card
    need(pwrite(device, &command, 2, config.offset + 4) == 2, "writing the command register");
    struct vfio_region_info info = region(device, VFIO_PCI_BAR0_REGION_INDEX);
    bar = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, device, info.offset);
    need(bar != MAP_FAILED, "mmap");
    bar[computing_unit] = 0;
    bar[acknowledge] = 0xFFFFFFFF;

    char request[sizeof(struct vfio_irq_set) + sizeof(int)];
    struct vfio_irq_set *irqs = (struct vfio_irq_set *)request;
    *irqs = (struct vfio_irq_set){
        .argsz = sizeof request,
        .flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
        .index = VFIO_PCI_MSI_IRQ_INDEX,
        .count = 1,
    };
    memcpy(irqs->data, &vector.signal, sizeof(int));
    need(ioctl(device, VFIO_DEVICE_SET_IRQS, irqs) == 0, "VFIO_DEVICE_SET_IRQS");
}

static double rounds(long n)
{
    double start = now_ns();
    for (long i = 0; i < n; i++)
    {
        bar[raise_interrupt] = 1;
        take(reply);
    }
    return (now_ns() - start) / n;
}

int main(int argc, char **argv)
{
    need(argc == 3, "message ADDRESS ITERATIONS");
    long n = atol(argv[2]);
    user = answer;
    reply = eventfd(0, EFD_CLOEXEC);
    need(reply >= 0, "eventfd");
    vector = make_waiter();
    set_up(open_device(argv[1]));
    pthread_t thread;
    need(pthread_create(&thread, NULL, wait_thread, NULL) == 0, "pthread_create");
    rounds(n / 10);
    printf("%.1f\n", rounds(n));
    return 0;
}
