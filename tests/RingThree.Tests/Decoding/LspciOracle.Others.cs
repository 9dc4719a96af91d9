using System.Globalization;
using RingThree.Pci.Decoding;

namespace RingThree.Tests;

/// <summary>The shorter capabilities.</summary>
internal static partial class LspciOracle
{
    private static readonly (string Lspci, string Own)[] AccessControls =
    [
        ("SrcValid", "sourceValidation"), ("TransBlk", "translationBlocking"), ("ReqRedir", "requestRedirect"), ("CmpltRedir", "completionRedirect"), ("UpstreamFwd", "upstreamForwarding"),
        ("EgressCtrl", "egressControl"), ("DirectTrans", "directTranslated"),
    ];

    private static readonly (string Lspci, string Own)[] L1States = [("PCI-PM_L1.2", "PCI-PM-L1.2"), ("PCI-PM_L1.1", "PCI-PM-L1.1"), ("ASPM_L1.2", "ASPM-L1.2"), ("ASPM_L1.1", "ASPM-L1.1")];

    private static void Others(PciCapabilityDescription own, string text)
    {
        switch (own.Name)
        {
            case "Access Control Services":
                Has(text, "ACSCap:\t" + Words(own, "capable", AccessControls));
                Has(text, "ACSCtl:\t" + Words(own, "enabled", AccessControls));
                break;
            case "Alternative Routing-ID":
                Has(text, $"ARICap:\tMFVC{Sign(own, "functionGroupsCapable")} ACS{Sign(own, "accessControlGroupsCapable")}, Next Function: {own.Number("nextFunction")}");
                Has(text, $"ARICtl:\tMFVC{Sign(own, "functionGroups")} ACS{Sign(own, "accessControlGroups")}, Function Group: {own.Number("functionGroup")}");
                break;
            case "Address Translation Services":
                Has(text, $"Invalidate Queue Depth: {(uint)own.Number("queueDepth")! % 32:x2}");
                Has(text, $"Enable{Sign(own, "enabled")}, Smallest Translation Unit: {System.Numerics.BitOperations.Log2((ulong)own.Number("smallestUnitBytes")! / 4096):x2}");
                break;
            case "Process Address Space ID":
                Has(text, $"Exec{Sign(own, "capabilities.execute")} Priv{Sign(own, "capabilities.privileged")}, Max PASID Width: {(uint)own.Number("capabilities.widthBits")!:x2}");
                Has(text, $"Enable{Sign(own, "control.enabled")} Exec{Sign(own, "control.execute")} Priv{Sign(own, "control.privileged")}");
                break;
            case "Page Request Interface":
                Has(text, $"PRICtl: Enable{Sign(own, "enabled")} Reset{Sign(own, "reset")}");
                Has(text, $"PRISta: RF{Sign(own, "status.responseFailure")} UPRGI{Sign(own, "status.unexpectedGroup")} Stopped{Sign(own, "status.stopped")}");
                Has(text, $"Page Request Capacity: {(uint)own.Number("capacity")!:x8}, Page Request Allocation: {(uint)own.Number("allocation")!:x8}");
                break;
            case "Precision Time Measurement":
                Has(text, $"Requester:{Sign(own, "capabilities.requester")} Responder:{Sign(own, "capabilities.responder")} Root:{Sign(own, "capabilities.root")}");
                Has(text, $"Enabled:{Sign(own, "control.enabled")} RootSelected:{Sign(own, "control.rootSelected")}");
                break;
            case "L1 PM Substates":
                Has(text, $"L1SubCap: {Words(own, "capabilities.states", L1States)} L1_PM_Substates{Sign(own, "capabilities.l1Substates")}");
                Has(text, "L1SubCtl1: " + Words(own, "control.states", L1States));
                if (own.Number("capabilities.powerOnMicroseconds") is > 0 and decimal time) Has(text, $"PortTPowerOnTime={time}us");
                if (own.Number("control.ltrThresholdNanoseconds") is > 0 and decimal latency && text.Contains("LTR1.2_Threshold", StringComparison.Ordinal)) Has(text, $"LTR1.2_Threshold={latency}ns");
                break;
            case "Latency Tolerance Reporting":
                if (own.Number("maxSnoopNanoseconds") is > 0 and decimal snoop) Has(text, $"Max snoop latency: {snoop}ns");
                if (own.Number("maxNoSnoopNanoseconds") is > 0 and decimal noSnoop) Has(text, $"Max no snoop latency: {noSnoop}ns");
                break;
            case "Downstream Port Containment":
                Has(text, $"INT Msg #{own.Number("capabilities.interruptMessage")}, RPExt{Sign(own, "capabilities.rootPortExtensions")} PoisonedTLP{Sign(own, "capabilities.poisonedEgressBlocking")} SwTrigger{Sign(own, "capabilities.softwareTrigger")} RP PIO Log {own.Number("capabilities.pioLogWords")}, DL_ActiveErr{Sign(own, "capabilities.dllActiveError")}");
                Has(text, $"Trigger{Sign(own, "status.triggered")} Reason:");
                Has(text, $"Source:\t{(uint)own.Number("source")!:x4}");
                break;
            case "Resizable BAR":
                Resizable(own, text);
                break;
            case "Debug Port":
                if (own.Number("bar") is { } bar) Has(text, $"BAR={bar + 1} offset={(uint)own.Number("offset")!:x4}");
                break;
            case "SATA":
                Has(text, $"SATA HBA v{own.Number("major")}.{own.Number("minor")}");
                break;
            case "Advanced Features":
                Has(text, $"TP{Sign(own, "transactionsPendingCapable")} FLR{Sign(own, "functionLevelReset")}");
                break;
            default:
                break;
        }
    }

    private static void Resizable(PciCapabilityDescription own, string text)
    {
        if (text.Contains("<error", StringComparison.Ordinal)) return; // more than six
        string[] units = ["MB", "GB", "TB", "PB", "EB"];
        foreach (PciField bar in own.Find("bars")!.Fields)
        {
            decimal size = bar.Find("sizeMegabytes")!.Number;
            if (size == 0) continue; // reserved here, counted on in lspci
            int unit = 0;
            for (; size >= 1024; size /= 1024) unit++;
            Has(text, $"BAR {bar.Find("bar")!.Number}: current size: {size.ToString("0", CultureInfo.InvariantCulture)}{units[unit]}, supported: {bar.Find("supportedSizes")!.Words[0].Replace("iB", "B", StringComparison.Ordinal)}");
        }
    }

    private static string Words(PciCapabilityDescription own, string field, (string Lspci, string Own)[] bits) =>
        string.Join(' ', bits.Select(b => b.Lspci + (own.Find(field)!.Words.Contains(b.Own) ? "+" : "-")));
}
