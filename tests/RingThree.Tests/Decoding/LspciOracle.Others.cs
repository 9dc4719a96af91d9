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
            case "Root Complex Link Declaration":
                LinkDeclaration(own, text);
                break;
            case "Data Object Exchange":
                Has(text, $"DOECap: IntSup{Sign(own, "capabilities.interrupt")}");
                Has(text, $"DOECtl: IntEn{Sign(own, "control.interrupt")}");
                Has(text, $"DOESta: Busy{Sign(own, "status.busy")} IntSta{Sign(own, "status.interrupt")} Error"); // lspci 3.9 takes bit 0 for the error, which is bit 2
                Has(text, $" ObjectReady{Sign(own, "status.objectReady")}");
                break;
            case "Multicast":
                Has(text, $"McastCap: MaxGroups {own.Number("capabilities.groups")}");
                Has(text, $"McastCtl: NumGroups {own.Number("control.groups")}, Enable{Sign(own, "control.enabled")}");
                Has(text, $"McastBAR: IndexPos {own.Number("indexPosition")}, BaseAddr {(ulong)own.Number("address")!:x16}");
                Has(text, $"McastBlockUntransVec: {(ulong)own.Number("blockUntranslated")!:x16}");
                break;
            case "HyperTransport":
                HyperTransport(own, text);
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

    private static void LinkDeclaration(PciCapabilityDescription own, string text)
    {
        string[] types = ["Config", "Egress", "Internal"];
        string[] names = ["configuration space", "egress port", "internal link"];
        Has(text, $"Desc:\tPortNumber={(uint)own.Number("port")!:x2} ComponentID={(uint)own.Number("component")!:x2}");
        if (Array.IndexOf(names, own.Find("elementType")!.Value) is >= 0 and int type && text.Contains("EltType=" + types[type], StringComparison.Ordinal)) Has(text, "EltType=" + types[type]);
        foreach (PciField link in own.Find("links")!.Fields)
        {
            bool memory = link.Find("type")!.Value == "memory";
            Has(text, $"TargetPort={(uint)link.Find("targetPort")!.Number:x2} TargetComponent={(uint)link.Find("targetComponent")!.Number:x2} AssocRCRB{(link.Find("associatedRegisterBlock")!.IsSet ? "+" : "-")} LinkType={(memory ? "MemMapped" : "Config")} LinkValid{(link.Find("valid")!.IsSet ? "+" : "-")}");
        }
    }

    private static void HyperTransport(PciCapabilityDescription own, string text)
    {
        if (own.Find("kind")!.Value == "slave or primary interface")
        {
            Has(text, $"BaseUnitID={own.Number("baseUnitId")} UnitCnt={own.Number("units")} MastHost{Sign(own, "masterHost")} DefDir{Sign(own, "defaultDirection")}");
            if (text.Contains(" DUL", StringComparison.Ordinal)) Has(text, $"DefDir{Sign(own, "defaultDirection")} DUL{Sign(own, "dropOnUninitializedLink")}"); // from revision 1.02 on
            Has(text, $"Link Control 0: CFlE{Sign(own, "linkControl0.crcFlood")} CST{Sign(own, "linkControl0.crcStartTest")} CFE{Sign(own, "linkControl0.crcForceError")} <LkFail{Sign(own, "linkControl0.linkFailure")} Init{Sign(own, "linkControl0.initialized")} EOC{Sign(own, "linkControl0.endOfChain")} TXO{Sign(own, "linkControl0.transmitterOff")}");
            if (text.Contains("Error Handling:", StringComparison.Ordinal)) Has(text, $"Error Handling: PFlE{Sign(own, "errorHandling.protocolErrorFlood")} OFlE{Sign(own, "errorHandling.overflowErrorFlood")}");
        }
        else if (own.Find("kind")!.Value == "host or secondary interface")
        {
            Has(text, $"WarmRst{Sign(own, "warmReset")} DblEnd{Sign(own, "doubleEnded")}");
            if (text.Contains("DevNum=", StringComparison.Ordinal)) Has(text, $"DblEnd{Sign(own, "doubleEnded")} DevNum={own.Number("device")} ChainSide{Sign(own, "chainSide")} HostHide{Sign(own, "hostHide")}");
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
