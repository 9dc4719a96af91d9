namespace RingThree.Conformance;

/// <summary>The virtual functions of the topology's one card that has any (QEMU's nvme): enabled by the kernel, with no driver of their own.</summary>
internal static class GuestVirtualFunctions
{
    internal const int Count = 2;

    internal static GuestFunction Enable()
    {
        GuestFunction physical = GuestFunction.All.Single(f => File.Exists($"{f.Folder}/sriov_numvfs"));
        Assert.Equal("nvme", physical.Driver); // which must have it, or the kernel enables none
        physical.Write("sriov_drivers_autoprobe", "0");
        physical.Write("sriov_numvfs", $"{Count}");
        Assert.Equal(Count, Directory.EnumerateFileSystemEntries(physical.Folder, "virtfn*").Count());
        return physical;
    }

    internal static void Disable(GuestFunction physical) => physical.Write("sriov_numvfs", "0");
}
