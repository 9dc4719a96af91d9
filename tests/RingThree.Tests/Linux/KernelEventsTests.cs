using System.Text;
using RingThree.Linux;
using Xunit;

namespace RingThree.Tests;

public sealed class KernelEventsTests
{
    [Theory]
    [InlineData("add@/devices/pci0000:00/0000:00:02.0|ACTION=add|DEVPATH=/devices/pci0000:00/0000:00:02.0|SUBSYSTEM=pci|PCI_CLASS=FF00|PCI_SLOT_NAME=0000:00:02.0|SEQNUM=7", "add 0000:00:02.0")]
    [InlineData("unbind@/x|ACTION=unbind|SUBSYSTEM=pci|PCI_SLOT_NAME=0000:3b:00.1|DRIVER=nvme", "unbind 0000:3b:00.1")]
    [InlineData("add@/x|ACTION=add|SUBSYSTEM=net|PCI_SLOT_NAME=0000:3b:00.1", null)]
    [InlineData("add@/x|ACTION=add|SUBSYSTEM=pci|PCI_SLOT_NAME=../../etc", null)]
    [InlineData("add@/x|SUBSYSTEM=pci|PCI_SLOT_NAME=0000:3b:00.1", null)]
    [InlineData("libudev|ACTION=add", null)]
    [InlineData("", null)]
    public void A_message_names_the_action_and_the_function(string message, string? expected) =>
        Assert.Equal(expected, KernelEvents.Parse(Encoding.UTF8.GetBytes(message.Replace('|', '\0'))) is var (action, address) ? $"{action} {address}" : null);

    [Fact]
    public void Listening_needs_no_privilege_and_ends()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using var host = new VfioHost();
        for (int i = 0; i < 20; i++)
        {
            IDisposable watch = host.Watch(_ => { });
            watch.Dispose();
            watch.Dispose();
        }
    }
}
