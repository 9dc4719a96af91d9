using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>Bindings that are kept over reboots: the files. That udev does what they say is seen in the guest.</summary>
public sealed class PersistentBindingsTests : IDisposable
{
    private static readonly PciAddress Place = PciAddress.Parse("0000:03:00.0");
    private static readonly DeviceDescription Card = new("0000:03:00.0", 0x10EE, 0x7024);
    private readonly string _folder = Directory.CreateTempSubdirectory("ringthree").FullName;
    private readonly PersistentBindings _bindings;

    public PersistentBindingsTests() => _bindings = new PersistentBindings(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_kept_is_read_until_it_is_forgotten()
    {
        Assert.Empty(_bindings.Read());
        _bindings.Keep(Card, "vfio-pci");
        _bindings.Keep(Card with { Address = "0001:04:00.1" }, "uio_pci_generic");
        Assert.Equal([(Place, "vfio-pci"), (PciAddress.Parse("0001:04:00.1"), "uio_pci_generic")], _bindings.Read().OrderBy(b => b.Key).Select(b => (b.Key, b.Value)));
        Assert.True(_bindings.Forget(Place));
        Assert.False(_bindings.Forget(Place));
        Assert.Equal("uio_pci_generic", Assert.Single(_bindings.Read()).Value);
    }

    [Fact]
    public void A_rule_is_for_one_card_in_one_place_and_says_how_to_undo_it()
    {
        _bindings.Keep(Card, "vfio-pci");
        string rule = File.ReadAllText(_bindings.PathOf(Place));
        Assert.Contains("KERNEL==\"0000:03:00.0\", ATTR{vendor}==\"0x10ee\", ATTR{device}==\"0x7024\"", rule, StringComparison.Ordinal);
        Assert.Contains("ring3 unbind 0000:03:00.0 --persist", rule, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(_folder)); // nothing half written beside it
    }

    [Fact]
    public void The_same_again_and_another_driver_replace_the_rule()
    {
        _bindings.Keep(Card, "uio_pci_generic");
        _bindings.Keep(Card, "vfio-pci");
        Assert.Equal("vfio-pci", Assert.Single(_bindings.Read()).Value);
    }

    [Fact]
    public void What_others_wrote_there_is_left_alone()
    {
        File.WriteAllText($"{_folder}/60-ringthree-notes.rules", "# mine");
        File.WriteAllText($"{_folder}/60-ringthree-0000:05:00.0.rules", "");
        File.WriteAllText($"{_folder}/70-other.rules", "SUBSYSTEM==\"pci\"");
        Assert.Empty(_bindings.Read());
        Assert.Equal(3, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public void A_system_without_udev_is_told_what_to_do_instead()
    {
        var bindings = new PersistentBindings(_folder + "/none");
        Assert.Empty(bindings.Read());
        Assert.False(bindings.Forget(Place));
        var error = Assert.Throws<DeviceException>(() => bindings.Keep(Card, "vfio-pci"));
        Assert.Equal(DeviceStatus.NotSupported, error.Status);
        Assert.Contains("no udev", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_cannot_be_written_is_an_error_that_names_the_file()
    {
        Directory.CreateDirectory(_bindings.PathOf(Place) + ".new"); // in the way, for root as well
        var error = Assert.Throws<DeviceException>(() => _bindings.Keep(Card, "vfio-pci"));
        Assert.Contains(_bindings.PathOf(Place), error.Message, StringComparison.Ordinal);
        Assert.Empty(_bindings.Read());
    }
}
