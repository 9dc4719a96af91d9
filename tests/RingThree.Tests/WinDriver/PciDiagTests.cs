using System.Globalization;
using Xunit;

namespace RingThree.Tests;

/// <summary>samples/PciDiag, run as a program that gets a script.</summary>
public sealed class PciDiagTests
{
    private const string Edu = "sim:edu";
    private const string OpenEdu = "scan\n0x1234\n0x11e8\nall\nopen\n0\nsharable\n";

    // A factorial's interrupt is acknowledged at 64h with what 24h shows, as any of edu's.
    private const string EnableLevel = "interrupts\nenable\nlevel\nread 0 0x24 32\nmask 0xffffffff\nwrite 0 0x64 32 1\ndone\nno\nback\n";
    private const string Raise = "registers\nwrite\n0\n0x60\n32\n1\nback\n";
    private static readonly string Program = Repository.Find("samples/PciDiag", "PciDiag");
    private static readonly string Scripts = Path.Combine(Repository.Root, "samples", "PciDiag", "scripts");

    private static string EduScript => File.ReadAllText(Path.Combine(Scripts, "edu.txt"));

    [Fact]
    public async Task The_script_for_edu_identifies_it_computes_with_an_interrupt_and_moves_data_there_and_back()
    {
        string output = await Works(Edu, EduScript);

        Contains(
            output,
            "0: 0000:00:02.0 1234:11e8",
            "interrupt: line 11, MSI, level",
            "0x40: 0x05 MSI",
            "configuration + 0x00: 0x1234  vendor 1234",
            "space 0 + 0x0: 0x010000ed",
            "space 0 + 0x4: 0xedcba987",
            "enabled: Message-Signaled Interrupt (MSI), 1 vectors",
            "interrupt 1: lost 0, message 0, read 0x00000001",
            "space 0 + 0x8: 0x00375f00", // 10!
            "interrupt 3: lost 0, message 0, read 0x00000100",
            "counter 3, lost 0, last message 0, INTERRUPT_RECEIVED",
            "00000100  c0 ff ee 5a 00 11 22 33 44 55 66 77 88 99 aa bb  ...Z..\"3DUfw....",
            "00000110  00 00 00 00");
        Assert.EndsWith("closed\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_script_for_an_isa_card_prints_what_the_documentation_shows()
    {
        string output = await Works("sim:isa-card", File.ReadAllText(Path.Combine(Scripts, "isa-card.txt")));

        Assert.Contains("interrupt 1: lost 0, message 0\n", output, StringComparison.Ordinal);
        Assert.Contains($"```text\n{output}```", File.ReadAllText(Path.Combine(Repository.Root, "docs", "windriver.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("level", "Level-Sensitive")]
    [InlineData("msi", "MSI")]
    [InlineData("any", "MSI")]
    public async Task Each_kind_of_interrupt_is_enabled_and_listened_to(string kind, string enabled)
    {
        string output = await Works(Edu, OpenEdu + EnableLevel.Replace("level", kind, StringComparison.Ordinal) + Raise + "interrupts\nlisten\n\n\nshow\n");

        Contains(output, "enabled: ", enabled, "interrupt 1: lost 0, message 0, read 0x00000001", "counter 1, lost 0");
    }

    [Fact]
    public async Task A_kind_that_the_card_lacks_and_silence_are_failures_with_their_status()
    {
        await Fails(Edu, OpenEdu + EnableLevel.Replace("level", "msi-x", StringComparison.Ordinal), "enabling the interrupt: 0x2000000c, Failed enabling the interrupt");
        await Fails(Edu, OpenEdu + EnableLevel + "interrupts\nlisten\n1\n50\n", "0 of 1 interrupts came in 50 ms: 0x20000015, Time-out expired");
    }

    [Fact]
    public async Task The_plug_in_counts_and_defers_every_fifth_to_the_handler()
    {
        string enable = "plug-in\nopen\n\n0\n0x24\n0x64\nback\ninterrupts\nenable\nlevel\ndone\nyes\nback\n";
        string once = Raise + "registers\nwait\n0\n0x24\n32\n\n0\n\nback\n"; // acknowledged

        string output = await Works(Edu, OpenEdu + enable + string.Concat(Enumerable.Repeat(once, 11)) + "interrupts\nlisten\n2\n10000\ndisable\nback\nplug-in\ncall\ncounts\ncall\nversion\nclose\n");

        Contains(output, "plug-in open: KP_PCIDIAG", "interrupt 1: lost 0, message 0\n", "interrupt 2: lost 0, message 0\n", "claimed 11, rejected 0, deferred 2", "version: 100", "plug-in closed");
        await Fails(Edu, OpenEdu + "plug-in\nopen\nKP_NOBODY\n0\n0\n0\n", "opening the plug-in 'KP_NOBODY': 0x2000000b, Kernel plug-in failure");
        await Fails(Edu, OpenEdu + "plug-in\nopen\n\n0\n0xfffffffe\n0\n", "opening the plug-in 'KP_PCIDIAG': 0x2000000b, Kernel plug-in failure");
    }

    [Fact]
    public async Task A_transaction_shows_each_transfer_until_all_is_moved()
    {
        string output = await Works(Edu, OpenEdu + "transactions\nbegin\nscatter-gather\n10000\nto-device\n28\n4096\n4\nfill\n5a\nexecute\ncompleted\ncompleted\ncompleted\nexecute\nrelease\nend\n");

        Contains(output, ", 4096 bytes, 0 moved before", ", 4096 bytes, 4096 moved before", ", 1808 bytes, 8192 moved before", "all 10000 bytes are moved", "released", "ended");
        await Fails(Edu, OpenEdu + "transactions\nexecute\n", "there is no transaction: 'begin' one first.");
    }

    [Fact]
    public async Task Memory_of_the_program_is_locked_page_by_page_and_named_by_its_bus_address()
    {
        string output = await Works(Edu, OpenEdu + "dma\nscatter-gather\n16\nfrom-device\n28\nlist\nback\nregisters\nwrite\n0\n0x80\n64\ndma0\nread\n0\n0x80\n64\n");

        string address = output.Split("bus address ", 2)[1].Split(',')[0];
        Assert.Contains("space 0 + 0x80: 0x" + ulong.Parse(address.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture).ToString("x16", CultureInfo.InvariantCulture), output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_is_heard_when_the_card_changes_its_power_state()
    {
        // The power management capability of this card is at 60h; D3 and D0 are written to the two lowest bits of its control register.
        string output = await Works("sim:nvme", "scan\n\n\ntopology\nopen\n0\nexclusive\ncapabilities\nevents\nregister\npower\nback\nconfiguration\nwrite\n0x64\n16\n3\nwrite\n0x64\n16\n0\nback\nevents\nlisten\n2\n10000\nunregister\n");

        Contains(output, "0x11 MSI-X", "event: WD_POWER_CHANGED_D3 of 0000:00:02.0", "event: WD_POWER_CHANGED_D0 of 0000:00:02.0", "unregistered");
    }

    [Fact]
    public async Task Configuration_is_read_by_name_and_told_in_words()
    {
        string output = await Works("sim:nvme", "scan\n\n\n\nopen\n0\n\nconfiguration\nheader\nread\ndid\n16\nexpress\ndump\n0\n16\nback\nregisters\nwrite-block\n0\n0x10\n16\n01020304\n\nread-block\n0\n0x10\n8\n4\nfifo\n");

        Contains(output, "0x00 PCI_VID    0x1b36      vendor 1b36", "class 010802", "configuration + 0x02: 0x0010  device 0010", "DEV_CAPS", "00000000  36 1b 10 00", "written 4 bytes", "00000000  01 01 01 01");
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("exit\nscan\n", "", 0)]
    [InlineData("\n\n# nothing\n  # at all\n", "", 0)]
    [InlineData("17\n", "", 0)] // a command by its number; the end comes at its question
    [InlineData("18\n", "", 0)]
    [InlineData("19\n", "line 1: '19' is no command here: scan, open,", 1)]
    [InlineData("zzz\nexit\n", "line 1: 'zzz' is no command here: scan, open,", 1)]
    [InlineData("\u001b[2Jx\n", "line 1: '?[2Jx' is no command here", 1)]
    [InlineData("scan\n0x12345\n0\n0\nall\n", "line 2: '0x12345' is not between 0 and 0xffff.", 1)]
    [InlineData("scan\n-1\n0\n0\nall\n", "line 2: '-1' is no number (decimal, or hexadecimal with 0x).", 1)]
    [InlineData("scan\n99999999999999999999999999\n0\n0\nall\n", "'99999999999999999999999999' is no number", 1)]
    [InlineData("scan\n0\n0\nsome\n", "line 4: 'some' is none of all, registered, topology.", 1)]
    [InlineData("open\n0\nsharable\n", "line 2: there is no 0 among the 0 of the last scan.", 1)]
    [InlineData("open\n0000:00:1f.7\nsharable\n", "the resources of 0000:00:1f.7: 0x2000000f, Device not found ('log' before it: the full reason)", 1)]
    [InlineData("open\nffffffff:ff:ff.f\nsharable\n", "0x2000000f, Device not found", 1)]
    [InlineData("isa\ndone\n", "opening the card: 0x2000001b, Invalid parameter", 1)]
    [InlineData("isa\nmemory\n0xffffffffffffffff\n0x10000000000\nno\nno\ndone\n", "opening the card: 0x2000001b, Invalid parameter", 1)]
    [InlineData("resources\n", "no card is open: 'open' or 'isa' first.", 1)]
    [InlineData("close\n", "no card is open", 1)]
    [InlineData("reset\n", "resetting the card: 0x20000001, Invalid handle", 1)]
    [InlineData("registers\nread\n0\n0\n32\n", "reading space 0 + 0x0: 0x20000001, Invalid handle", 1)]
    [InlineData(OpenEdu + "registers\nread\n9\n0\n32\n", "reading space 9 + 0x0: 0x2000001b, Invalid parameter", 1)]
    [InlineData(OpenEdu + "registers\nread\n0\n0xffffffffffffffff\n64\n", "reading space 0 + 0xffffffffffffffff: 0x2000001b, Invalid parameter", 1)]
    [InlineData(OpenEdu + "registers\nwrite\n0\n0\n8\n0x100\n", "'0x100' is not between 0 and 0xff.", 1)]
    [InlineData(OpenEdu + "registers\nwrite-block\n0\n0\n8\n123\n", "'123' is not 1 to 65536 bytes, two hexadecimal digits each.", 1)]
    [InlineData(OpenEdu + "registers\nwait\n0\n4\n32\n\n1\n10\n", "space 0 + 0x4 is 0x00000000 after 10 ms: 0x20000015, Time-out expired", 1)]
    [InlineData(OpenEdu + "interrupts\nenable\nany\nmask 1\n", "a mask follows directly after a read.", 1)]
    [InlineData(OpenEdu + "interrupts\nenable\nany\nread 0 0 33\n", "'33' bits: 8, 16, 32 or 64.", 1)]
    [InlineData(OpenEdu + "interrupts\nenable\nany\nread 7 0 32\ndone\nno\n", "the card has no address space 7.", 1)]
    [InlineData(OpenEdu + "interrupts\nenable\nany\nread 0 0xfffffffffffffff0 32\ndone\nno\n", "enabling the interrupt: 0x2000001b, Invalid parameter", 1)]
    [InlineData(OpenEdu + "interrupts\ndisable\n", "disabling the interrupt: 0x2000000d, The interrupt is not enabled", 1)]
    [InlineData(OpenEdu + "interrupts\nenable\nany\ndone\nyes\n", "enabling the interrupt: 0x2000000b, Kernel plug-in failure", 1)]
    [InlineData(OpenEdu + "dma\ncontiguous\n4096\nboth\n12\n", "locking 4096 contiguous bytes: 0x", 1)]
    [InlineData(OpenEdu + "dma\ndump\n0\n0\n16\n", "there is no buffer dma0.", 1)]
    [InlineData(OpenEdu + "dma\ncontiguous\n16\n\n28\ndump\n0\n8\n9\n", "the buffer has 16 bytes; 9 at 0x8 are beyond its end.", 1)]
    [InlineData(OpenEdu + "registers\nwrite\n0\n0x80\n64\ndma0\n", "there is no buffer dma0.", 1)]
    [InlineData(OpenEdu + "open\n0\n\n", "a card is open: 'close' it first.", 1)]
    [InlineData("status\n0x20000023\nstatus\nWD_TIME_OUT_EXPIRED\nstatus\nall\n", "", 0)]
    [InlineData("log\n/no/such/folder/file\nall\n", "logging to '/no/such/folder/file': 0x2000001b, Invalid parameter", 1)]
    public async Task A_script_ends_wherever_it_ends_and_says_what_is_wrong(string script, string errors, int status)
    {
        (int Status, string Output, string Errors) = await Run(Edu, script);

        Assert.Equal(status, Status);
        if (errors.Length == 0) Assert.Equal("", Errors);
        else Assert.Contains(errors, Errors, StringComparison.Ordinal);
        Assert.Equal(Output.Contains("open: 0000:00:02.0", StringComparison.Ordinal), Output.EndsWith("closed\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_end_of_the_input_closes_everything_wherever_it_comes()
    {
        string[] lines = EduScript.Split('\n');
        int first = Array.IndexOf(lines, "open");
        await Parallel.ForEachAsync(Enumerable.Range(first, lines.Length - first).Where(l => l % 7 == 0), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (end, _) =>
        {
            (int status, string output, string errors) = await Run(Edu, string.Join('\n', lines[..end]));
            Assert.Equal((end, 0, ""), (end, status, errors));
            Assert.Equal(output.Contains("open: 0000:00:02.0", StringComparison.Ordinal), output.EndsWith("closed\n", StringComparison.Ordinal));
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_words_in_any_order_end_in_order(int seed)
    {
        // Without those that wait long, write files, or end the program at once.
        string[] words =
        [
            "scan", "open", "0", "0000:00:02.0", "isa", "memory", "ports", "irq", "edge", "done", "resources", "capabilities", "registers", "read", "write", "read-block", "write-block", "back", "0x0",
            "0x24", "0x64", "0x60", "0xffffffff", "0xffffffffffffffff", "0x1000", "00ff", "dma0", "dma0+0x10", "configuration", "header", "dump", "express", "PCI_CR", "interrupts", "enable", "level", "msi",
            "read 0 0x24 32", "mask 0xffffffff", "write 0 0x64 32 1", "no", "yes", "disable", "show", "dma", "contiguous", "scatter-gather", "fill", "list", "unlock", "sync-io", "transactions", "begin", "execute",
            "completed", "release", "end", "plug-in", "call", "close", "cleanup", "set", "clear", "reset", "close", "status", "events", "register", "unregister", "", "# nothing", "  ", "\u0007", "ünïcode",
        ];
        var random = new Random(seed);
        string script = OpenEdu + string.Join('\n', Enumerable.Range(0, 1500).Select(_ => words[random.Next(words.Length)]));

        (int status, string output, string errors) = await Run(Edu, script);

        Assert.Equal(1, status);
        Assert.DoesNotContain("Unhandled exception", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Internal system error", errors, StringComparison.Ordinal);
        Assert.Contains("closed\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no", "", 0, false)] // the end of the input: the card is closed in order
    [InlineData("yes", "", 0, true)]
    [InlineData("no", "leave\n", 0, true)]
    [InlineData("no", "crash\n", 134, true)]
    [InlineData("no", "clear\nleave\n", 0, false)]
    public async Task Cleanup_commands_run_when_the_card_is_left_open(string always, string end, int status, bool run)
    {
        string log = Path.GetTempFileName();
        try
        {
            (int ended, _, string errors) = await Run(Edu, $"log\n{log}\nall\n{OpenEdu}{EnableLevel}cleanup\nset\nwrite 0 0x20 32 0\ndone\n{always}\n{end}");

            Assert.Equal((status, status != 0), (ended, errors.Contains("as it was asked for: 'crash'.", StringComparison.Ordinal)));
            Assert.Equal(run, (await File.ReadAllTextAsync(log)).Contains("the cleanup commands have run", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(log);
        }
    }

    [Fact]
    public async Task A_terminal_gets_menus_and_questions_and_a_slip_of_the_finger_is_no_failure()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "needs script(1), of bsdutils");

        (int status, string output, _) = await Repository.Shell($"printf 'sacn\\nscan\\n\\n\\n\\nexit\\n' | RINGTHREE_HOSTS={Edu} TERM=xterm script -qec \"dotnet '{Program}'\" /dev/null");

        Assert.Equal(0, status);
        Contains(output, "   1  scan           find functions", "'sacn' is no command here", "vendor id, 0 for any [0]: ", "which (all, registered, topology) [all]: ", "0: 0000:00:02.0 1234:11e8");
        Assert.DoesNotContain("line 1:", output, StringComparison.Ordinal);
        Assert.DoesNotContain("pci-diag", await Works(Edu, "scan\n\n\n\nexit\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_machine_lacks_is_told_before_the_first_question()
    {
        (int status, string output, string errors) = await Run("nothing:here", "scan\n");

        Assert.Equal((1, ""), (status, output));
        Assert.Contains("opening the driver: 0x2000001b, Invalid parameter", errors, StringComparison.Ordinal);
    }

    private static async Task<string> Works(string hosts, string script)
    {
        (int status, string output, string errors) = await Run(hosts, script);
        Assert.Equal((0, ""), (status, errors));
        return output;
    }

    private static async Task Fails(string hosts, string script, string reason)
    {
        (int status, _, string errors) = await Run(hosts, script);
        Assert.Equal(1, status);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Output, string Errors)> Run(string hosts, string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, script);
            return await Repository.Shell($"RINGTHREE_HOSTS='{hosts}' DOTNET_DbgEnableMiniDump=0 dotnet '{Program}' < '{file}'");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Contains(string output, params string[] parts) => Assert.All(parts, part => Assert.Contains(part, output, StringComparison.Ordinal));
}
