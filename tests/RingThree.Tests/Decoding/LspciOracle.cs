using System.Diagnostics;
using System.Text.RegularExpressions;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Pci.Decoding;
using Xunit;

namespace RingThree.Tests;

/// <summary>What the system's lspci says of a dump.</summary>
internal static partial class LspciOracle
{
    /// <summary>Where the decoder's name differs from how lspci's begins.</summary>
    private static readonly Dictionary<string, string> Names = new()
    {
        ["AGP 8x"] = "AGP3",
        ["Slot Identification"] = "Slot ID",
        ["PCI-X"] = "PCI-X",
        ["Vendor Specific"] = "Vendor Specific Information",
        ["Debug Port"] = "Debug port",
        ["PCI Hot-Plug"] = "Hot-plug capable",
        ["Bridge Subsystem"] = "Subsystem",
        ["PCI Express"] = "Express",
        ["SATA"] = "SATA HBA",
        ["Advanced Features"] = "PCI Advanced Features",
        ["Alternative Routing-ID"] = "Alternative Routing-ID Interpretation (ARI)",
        ["Address Translation Services"] = "Address Translation Service (ATS)",
        ["Single Root I/O Virtualization"] = "Single Root I/O Virtualization (SR-IOV)",
        ["Page Request Interface"] = "Page Request Interface (PRI)",
        ["Resizable BAR"] = "Physical Resizable BAR",
        ["Process Address Space ID"] = "Process Address Space ID (PASID)",
        ["Precision Time Measurement"] = "Precision Time Measurement",
        ["Data Link Feature"] = "Data Link Feature",
        ["Root Complex Link Declaration"] = "Root Complex Link",
        ["Designated Vendor Specific"] = "Designated Vendor-Specific",
    };

    /// <summary>Runs lspci over a dump; skips the test where there is none.</summary>
    internal static string Describe(string dump, params string[] options)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, dump);
            return Run(["-F", file, .. options]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    internal static string Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("lspci", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("there is no lspci here (package pciutils)");
            throw;
        }

        using (process)
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, errors.Result);
            return output;
        }
    }

    /// <summary>What lspci wrote of each function, by address.</summary>
    internal static Dictionary<PciAddress, string> Blocks(string text) =>
        text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).ToDictionary(b => PciAddress.Parse(b[..b.IndexOf(' ', StringComparison.Ordinal)]));

    /// <summary>Compares a function with lspci's block of it.</summary>
    internal static void Compare(PciFunctionDescription function, string block)
    {
        Assert.Equal(
            Capability().Matches(block).Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value}"),
            function.Capabilities.Select(c => Named(c, block)));
        Assert.Equal(Regions(block), function.Bars.Select(LikeLspci));
        Match pin = Pin().Match(block);
        Assert.Equal(pin.Success && pin.Groups[1].Value != "?" ? pin.Groups[1].Value[0] - 'A' + 1 : 0, function.InterruptPin);

        if (function.HeaderType == 1)
        {
            decimal Bridge(string name) => function.Bridge.Single(f => f.Name == name).Number;
            Has(block, $"Bus: primary={(int)Bridge("primaryBus"):x2}, secondary={(int)Bridge("secondaryBus"):x2}, subordinate={(int)Bridge("subordinateBus"):x2}, sec-latency={Bridge("secondaryLatencyTimer")}");
            Window(function, block, "I/O behind bridge", "ioWindow", 4);
            Window(function, block, "\tMemory behind bridge", "memoryWindow", 8);
            Window(function, block, "Prefetchable memory behind bridge", "prefetchableWindow", 8);
        }

        foreach (PciCapabilityDescription capability in function.Capabilities)
        {
            string own = Part(block, capability.Capability);
            switch (capability.Name)
            {
                case "MSI": Msi(capability, own); break;
                case "MSI-X": MsiX(capability, own); break;
                case "Power Management": Power(capability, own); break;
                case "PCI Express": Express(capability, own); break;
                case "Advanced Error Reporting": Errors(capability, own); break;
                case "Single Root I/O Virtualization": Sriov(capability, own); break;
                case "Device Serial Number": Assert.Contains("Number " + capability.Find("serialNumber")!.Words[0], own, StringComparison.Ordinal); break;
                default: Others(capability, own); break;
            }
        }
    }

    /// <summary>lspci's regions, without the upper halves of 64-bit ones, which it takes for regions of their own when it reads a dump.</summary>
    private static IEnumerable<string> Regions(string block)
    {
        int upper = -1;
        foreach (Match match in Region().Matches(block))
        {
            int index = match.Groups[1].Value[0] - '0';
            if (index == upper) continue;
            upper = match.Value.Contains("(64-bit", StringComparison.Ordinal) ? index + 1 : -1;
            yield return match.Value.Trim();
        }
    }

    /// <summary>Where lspci finds capabilities of the standard list, and whether it says that the list loops.</summary>
    internal static (int[] Places, bool Looped) StandardList(string block)
    {
        (string Place, string Text)[] lines = [.. Capability().Matches(block).Select(m => (Place: m.Groups[1].Value, Text: m.Groups[2].Value)).Where(l => !l.Place.Contains(' ', StringComparison.Ordinal))];
        return ([.. lines.Where(l => !l.Text.StartsWith("<chain", StringComparison.Ordinal)).Select(l => Convert.ToInt32(l.Place, 16))],
            Array.Exists(lines, l => l.Text == "<chain looped>"));
    }

    private static string Named(PciCapabilityDescription capability, string block)
    {
        // lspci's own words for this place, if they begin with ours: then ours are compared away to nothing.
        string expected = Names.GetValueOrDefault(capability.Name, capability.Name);
        string place = capability.Capability.IsExtended ? $"{capability.Capability.Offset:x} v{capability.Capability.Version:x}" : $"{capability.Capability.Offset:x2}";
        foreach (Match match in Capability().Matches(block))
        {
            if (match.Groups[1].Value == place && match.Groups[2].Value.StartsWith(expected, StringComparison.Ordinal)) return $"{place} {match.Groups[2].Value}";
        }

        return $"{place} {expected}";
    }

    /// <summary>The addresses of a window, unless lspci calls it closed, as we do.</summary>
    private static void Window(PciFunctionDescription function, string block, string lspci, string name, int digits)
    {
        PciField window = function.Bridge.Single(f => f.Name == name);
        ulong first = (ulong)window.Find("base")!.Number;
        ulong last = (ulong)window.Find("limit")!.Number;
        if (window.Find("addressBits")!.Number == (digits == 4 ? 32 : 64)) digits = digits == 4 ? 8 : 16;
        Assert.Equal(first <= last, window.Find("open")!.IsSet);
        Has(block, $"{lspci}: {first.ToString($"x{digits}", null)}-{last.ToString($"x{digits}", null)}{(first <= last ? " [size=" : " [disabled]")}");
    }

    private static string LikeLspci(PciBarDescription bar) => bar.Kind == RegionKind.Port
        ? $"Region {bar.Index}: I/O ports at {(bar.Address == 0 && !bar.IsEnabled ? "<unassigned>" : $"{bar.Address:x4}")}{(bar.IsEnabled ? "" : " [disabled]")}"
        : $"Region {bar.Index}: Memory at {(bar.Address == 0 ? "<unassigned>" : $"{bar.Address:x8}")} ({(bar.Is64Bit ? "64-bit" : bar.IsBelow1Megabyte ? "low-1M" : "32-bit")}, {(bar.IsPrefetchable ? "" : "non-")}prefetchable){(bar.IsEnabled ? "" : " [disabled]")}";

    private static string Part(string block, PciCapability capability)
    {
        int start = block.IndexOf(capability.IsExtended ? $"Capabilities: [{capability.Offset:x} v" : $"Capabilities: [{capability.Offset:x2}]", StringComparison.Ordinal);
        int end = block.IndexOf("\tCapabilities: [", start + 1, StringComparison.Ordinal);
        return end < 0 ? block[start..] : block[start..end];
    }

    private static void Msi(PciCapabilityDescription own, string text)
    {
        Assert.Matches($@"Enable\{Sign(own, "enabled")} Count={Messages(own, "messagesEnabled")}/{Messages(own, "messages")} ", text);
        Has(text, $" Maskable{Sign(own, "vectorMasks")} 64bit{Sign(own, "address64")}");
        Has(text, own.IsSet("address64") ? $"Address: {(ulong)own.Number("address")!:x16}  Data: {(ulong)own.Number("data")!:x4}" : $"Address: {(ulong)own.Number("address")!:x8}  Data: {(ulong)own.Number("data")!:x4}");
        if (own.IsSet("vectorMasks")) Has(text, $"Masking: {(ulong)own.Number("masked")!:x8}  Pending: {(ulong)own.Number("pending")!:x8}");
    }

    private static string Messages(PciCapabilityDescription own, string field) => own.Number(field) is 0 ? "(?:64|128)" : $"{own.Number(field)}";

    private static void MsiX(PciCapabilityDescription own, string text)
    {
        Has(text, $"Enable{Sign(own, "enabled")} Count={own.Number("vectors")} Masked{Sign(own, "allMasked")}");
        Has(text, $"Vector table: BAR={own.Number("table.bar")} offset={(ulong)own.Number("table.offset")!:x8}");
        Has(text, $"PBA: BAR={own.Number("pendingBits.bar")} offset={(ulong)own.Number("pendingBits.offset")!:x8}");
    }

    private static void Power(PciCapabilityDescription own, string text)
    {
        Has(text, $"version {own.Number("version")}");
        Has(text, $"DSI{Sign(own, "deviceSpecificInitialization")} D1{Sign(own, "d1")} D2{Sign(own, "d2")} AuxCurrent={own.Number("auxiliaryCurrentMilliamperes")}mA");
        string[] from = ["D0", "D1", "D2", "D3hot", "D3cold"];
        Has(text, $"PME({string.Join(',', from.Select(s => s + (own.Find("pmeFrom")!.Words.Contains(s) ? "+" : "-")))})".Replace("D3hot", "D3hot", StringComparison.Ordinal));
        Has(text, $"Status: {own.Find("state")!.Words[0].Replace("hot", "", StringComparison.Ordinal)} NoSoftRst{Sign(own, "noSoftReset")} PME-Enable{Sign(own, "pmeEnabled")} DSel={own.Number("dataSelect")} DScale={own.Number("dataScale")} PME{Sign(own, "pmeStatus")}");
    }

    private static void Express(PciCapabilityDescription own, string text)
    {
        Has(text, $"Express (v{own.Number("version")})");
        Has(text, $"MSI {(uint)own.Number("interruptMessage")!:x2}");
        Assert.Matches($"DevCap:\tMaxPayload {Bytes(own, "deviceCapabilities.maxPayloadBytes")} bytes, PhantFunc {(1 << (int)own.Number("deviceCapabilities.phantomFunctionBits")!) - 1}", text);
        Assert.Matches($"\tMaxPayload {Bytes(own, "deviceControl.maxPayloadBytes")} bytes, MaxReadReq {Bytes(own, "deviceControl.maxReadRequestBytes")} bytes", text);
        Has(text, $"CorrErr{Sign(own, "deviceStatus.correctableError")} NonFatalErr{Sign(own, "deviceStatus.nonFatalError")} FatalErr{Sign(own, "deviceStatus.fatalError")} UnsupReq{Sign(own, "deviceStatus.unsupportedRequest")} AuxPwr{Sign(own, "deviceStatus.auxiliaryPower")} TransPend{Sign(own, "deviceStatus.transactionsPending")}");
        if (text.Contains("FLReset", StringComparison.Ordinal)) Has(text, $"FLReset{Sign(own, "deviceCapabilities.functionLevelReset")}");
        Assert.Equal(text.Contains("LnkCap:", StringComparison.Ordinal), own.Find("linkCapabilities") is not null);
        Assert.Equal(text.Contains("SltCap:", StringComparison.Ordinal), own.Find("slotCapabilities") is not null);
        Assert.Equal(text.Contains("RootCap:", StringComparison.Ordinal), own.Find("rootCapabilities") is not null);
        if (own.Find("linkCapabilities") is not null)
        {
            Has(text, $"Port #{own.Number("linkCapabilities.port")}, Speed {Speed(own, "linkCapabilities.maxSpeedGigatransfersPerSecond")}, Width x{own.Number("linkCapabilities.maxWidth")}, ASPM {Aspm(own.Find("linkCapabilities.aspm")!.Words[0], "not supported")}");
            Has(text, $"ClockPM{Sign(own, "linkCapabilities.clockPowerManagement")} Surprise{Sign(own, "linkCapabilities.surpriseDownReporting")} LLActRep{Sign(own, "linkCapabilities.dllActiveReporting")} BwNot{Sign(own, "linkCapabilities.bandwidthNotification")} ASPMOptComp{Sign(own, "linkCapabilities.aspmOptional")}");
            Has(text, $"LnkCtl:\tASPM {Aspm(own.Find("linkControl.aspm")!.Words[0], "Disabled", " Enabled")}");
            Assert.Matches($@"LnkSta:\tSpeed {Regex.Escape(Speed(own, "linkStatus.speedGigatransfersPerSecond"))}( \(\w+\))?, Width x{own.Number("linkStatus.width")}\b", text);
            Has(text, $"TrErr{Flag(text, "TrErr")} Train{Sign(own, "linkStatus.training")} SlotClk{Sign(own, "linkStatus.slotClock")} DLActive{Sign(own, "linkStatus.dllActive")} BWMgmt{Sign(own, "linkStatus.bandwidthManagement")} ABWMgmt{Sign(own, "linkStatus.autonomousBandwidth")}");
        }

        if (own.Find("slotCapabilities") is not null)
        {
            Has(text, $"AttnBtn{Sign(own, "slotCapabilities.attentionButton")} PwrCtrl{Sign(own, "slotCapabilities.powerController")} MRL{Sign(own, "slotCapabilities.mrlSensor")} AttnInd{Sign(own, "slotCapabilities.attentionIndicator")} PwrInd{Sign(own, "slotCapabilities.powerIndicator")} HotPlug{Sign(own, "slotCapabilities.hotPlug")} Surprise{Sign(own, "slotCapabilities.surpriseRemoval")}");
            Has(text, $"Slot #{own.Number("slotCapabilities.slot")}, PowerLimit {own.Number("slotCapabilities.powerLimitWatts")}W");
            Has(text, $"PresDet{Sign(own, "slotStatus.present")} Interlock{Sign(own, "slotStatus.interlock")}");
        }
    }

    private static void Errors(PciCapabilityDescription own, string text)
    {
        (string Lspci, string Own)[] uncorrectable =
        [
            ("DLP", "dataLinkProtocol"), ("SDES", "surpriseDown"), ("TLP", "poisonedTlp"), ("FCP", "flowControl"), ("CmpltTO", "completionTimeout"), ("CmpltAbrt", "completerAbort"),
            ("UnxCmplt", "unexpectedCompletion"), ("RxOF", "receiverOverflow"), ("MalfTLP", "malformedTlp"), ("ECRC", "ecrc"), ("UnsupReq", "unsupportedRequest"), ("ACSViol", "accessControl"),
        ];
        foreach ((string line, string field) in new[] { ("UESta", "uncorrectableStatus"), ("UEMsk", "uncorrectableMask"), ("UESvrt", "uncorrectableFatal") })
            Has(text, $"{line}:\t{string.Join(' ', uncorrectable.Select(b => b.Lspci + (own.Find(field)!.Words.Contains(b.Own) ? "+" : "-")))}");
        (string Lspci, string Own)[] correctable = [("RxErr", "receiver"), ("BadTLP", "badTlp"), ("BadDLLP", "badDllp"), ("Rollover", "replayRollover"), ("Timeout", "replayTimeout"), ("AdvNonFatalErr", "advisoryNonFatal")];
        foreach ((string line, string field) in new[] { ("CESta", "correctableStatus"), ("CEMsk", "correctableMask") })
            Has(text, $"{line}:\t{string.Join(' ', correctable.Select(b => b.Lspci + (own.Find(field)!.Words.Contains(b.Own) ? "+" : "-")))}");
        Has(text, $"First Error Pointer: {(uint)own.Number("firstError")!:x2}, ECRCGenCap{Sign(own, "ecrcGenerationCapable")} ECRCGenEn{Sign(own, "ecrcGeneration")} ECRCChkCap{Sign(own, "ecrcCheckCapable")} ECRCChkEn{Sign(own, "ecrcCheck")}");
        Has(text, $"HeaderLog: {own.Find("headerLog")!.Words[0]}");
    }

    private static void Sriov(PciCapabilityDescription own, string text)
    {
        Has(text, $"Initial VFs: {own.Number("initialFunctions")}, Total VFs: {own.Number("totalFunctions")}, Number of VFs: {own.Number("functions")}, Function Dependency Link: {(uint)own.Number("dependency")!:x2}");
        Has(text, $"VF offset: {own.Number("firstOffset")}, stride: {own.Number("stride")}, Device ID: {(uint)own.Number("functionDeviceId")!:x4}");
        Has(text, $"Supported Page Size: {(uint)own.Number("supportedPageSizes")!:x8}, System Page Size: {(uint)own.Number("systemPageSize")!:x8}");
    }

    private static void Has(string text, string expected) => Assert.Contains(expected, text, StringComparison.Ordinal);

    private static string Sign(PciCapabilityDescription own, string field) => own.IsSet(field) ? "+" : "-";

    private static string Flag(string text, string name) => text[text.IndexOf(name, StringComparison.Ordinal) + name.Length].ToString();

    /// <summary>lspci goes on counting through reserved codes; here they are 0.</summary>
    private static string Bytes(PciCapabilityDescription own, string field) => own.Number(field) is 0 ? "(?:8192|16384)" : $"{own.Number(field)}";

    private static string Speed(PciCapabilityDescription own, string field) => own.Number(field) is 0 ? "unknown" : $"{own.Number(field)}GT/s";

    private static string Aspm(string words, string none, string enabled = "") => words switch { "none" => none, "L0s and L1" => "L0s L1" + enabled, _ => words + enabled };

    [GeneratedRegex(@"^\tCapabilities: \[([0-9a-f]+(?: v[0-9a-f]+)?)\] (.*)$", RegexOptions.Multiline)]
    private static partial Regex Capability();

    [GeneratedRegex(@"^\tRegion (\d): (?:Memory|I/O ports) at [^\n\[]*(?:\[disabled\])?", RegexOptions.Multiline)]
    private static partial Regex Region();

    [GeneratedRegex(@"^\tInterrupt: pin ([A-D?])", RegexOptions.Multiline)]
    private static partial Regex Pin();
}
