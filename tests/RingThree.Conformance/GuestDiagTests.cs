namespace RingThree.Conformance;

/// <summary>samples/PciDiag on QEMU's cards: code on WinDriver's names alone, through VFIO.</summary>
[Trait("Host", "guest")]
public sealed class GuestDiagTests : RoadTest
{
    private const string Program = "dotnet /out/samples/PciDiag.dll";

    [Fact]
    public void The_script_for_edu_runs_unchanged_on_the_metal()
    {
        GuestProgram.Answer ran = GuestProgram.Run("/bin/sh", "-c", $"{Program} < /out/samples/scripts/edu.txt");

        Assert.Equal((0, ""), (ran.Status, ran.Errors));
        Contains(
            ran.Output,
            $"open: {Machine.AddressOf(Machine.EduA)}",
            "space 0 + 0x0: 0x010000ed",
            "space 0 + 0x4: 0xedcba987",
            "(MSI)",
            "interrupt 1: lost 0, message 0, read 0x00000001",
            "space 0 + 0x8: 0x00375f00",
            "interrupt 3: lost 0, message 0, read 0x00000100",
            "00000100  c0 ff ee 5a 00 11 22 33 44 55 66 77 88 99 aa bb",
            "00000110  00 00 00 00",
            "closed");
    }

    [Theory]
    [InlineData(Machine.Nvme, "0x1b36", "0x8", "0x00010400", "MSI-X", "class 010802")] // VS: NVMe 1.4
    [InlineData(Machine.E1000e, "0x8086", "0x5400", "0x12005452", "MSI-X", "class 020000")] // RAL0: 52:54:00:12, of the address that QEMU gives the first card (82574 data sheet, Receive Address Low)
    public void Other_cards_are_found_opened_and_identified(string card, string vendor, string register, string value, params string[] parts)
    {
        string address = Machine.AddressOf(card);
        string script = $"scan\n{vendor}\n0\nregistered\nopen\n{address}\nsharable\nresources\ncapabilities\nconfiguration\nheader\nexpress\nback\nregisters\nread\n0\n{register}\n32\nback\nreset\nclose\nexit\n";

        GuestProgram.Answer ran = GuestProgram.Run("/bin/sh", "-c", $"printf '{script.Replace("\n", "\\n", StringComparison.Ordinal)}' | {Program}");

        Assert.True(ran is { Status: 0, Errors: "" }, $"{ran.Status}\n{ran.Output}{ran.Errors}");
        Contains(ran.Output, [address, $"open: {address}", $"vendor {vendor[2..]}", "space 0: memory at 0x", $"space 0 + {register}: {value}", "DEV_CAPS", "reset", "closed", .. parts]);
    }

    private static void Contains(string output, params string[] parts) => Assert.All(parts, part => Assert.Contains(part, output, StringComparison.Ordinal));
}
