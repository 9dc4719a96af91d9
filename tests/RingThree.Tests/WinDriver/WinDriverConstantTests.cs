using System.Globalization;
using System.Reflection;
using Jungo.wdapi_dotnet;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_consts;
using static Jungo.wdapi_dotnet.windrvr_consts;

namespace RingThree.Tests;

/// <summary>
/// WinDriver face: the names of its constants, in the form in which source uses them (facts, sections 1 and 4). That the forms
/// compile is half of what the first tests say; the programs in tests/shapes compile them once more, in each shape.
/// </summary>
public sealed class WinDriverConstantTests
{
    private const string Driver = "windrvr" + windrvr_decl.WD_VERSION;
    private const string Text = windrvr_decl.WD_VER_STRING + windrvr_decl.DLL_NAME + windrvr_decl.COPYRIGHTS_YEAR_STR + windrvr_decl.JUNGO_COPYRIGHT;

    [Theory]
    [InlineData(1, "byte")]
    [InlineData(2, "word")]
    [InlineData(4, "dword")]
    [InlineData(8, "qword")]
    public void Sizes_are_case_labels_of_unsigned_numbers(uint size, string expected)
    {
        string name = "";
        switch (size)
        {
            case WDC_SIZE_8: name = "byte"; break;
            case WDC_SIZE_16: name = "word"; break;
            case wdc_lib_consts.WDC_SIZE_32: name = "dword"; break;
            case wdc_lib_consts.WDC_SIZE_64: name = "qword"; break;
        }

        Assert.Equal(expected, name);
    }

    [Fact]
    public void Constants_are_arguments_shift_counts_array_lengths_and_parts_of_strings_without_a_cast()
    {
        Assert.Equal(0x3BF3u, Same(windrvr_consts.WD_ACTIONS_ALL));
        Assert.Equal(0x3BF0u, Same(WD_ACTIONS_POWER));
        Assert.Equal(8u, Same(WDC_SIZE_64));
        uint bits = 40, option = 0x800;
        option |= bits << DMA_OPTIONS_ADDRESS_WIDTH_SHIFT;
        Assert.Equal(0x2800_0800u, option);
        Assert.Equal(40u, (option & DMA_OPTIONS_ADDRESS_WIDTH_MASK) >> DMA_OPTIONS_ADDRESS_WIDTH_SHIFT);
        Assert.Equal(3u, 0x0030_0020u >> WD_ENABLED_INT_TYPE_NUM_VECTORS_POSITION_BITS);
        Assert.Equal(256, new WD_PCI_SLOT[WD_PCI_CARDS].Length);
        Assert.Equal(256u, Same(WD_DMA_PAGES));
        Assert.Equal("windrvr1630", Driver);
        Assert.NotEmpty(Text);
        Assert.Equal(0x3Du, Same((uint)PciRegs.PCI_CFG_REG.PCI_IPR));
    }

    [Theory]
    [InlineData(typeof(windrvr_consts), "WD_CARD_ITEMS=128 WD_PCI_CARDS=256 WD_PCI_MAX_CAPS=50 WD_DMA_PAGES=256 WD_LICENSE_LENGTH=3072 WD_IPC_MAX_PROCS=64 WD_PROCESS_NAME_LENGTH=256 WD_MAX_DRIVER_NAME_LENGTH=128 WD_MAX_KP_NAME_LENGTH=128 WD_VERSION_STR_LENGTH=128 WD_KERNEL_PLUGIN_MAX_LENGTH=128 WD_PLATFORM_CARDS=32 WD_DEVICE_NAME_LENGTH=256 DEBUG_USER_BUF_LEN=2048 MAX_TRANSFER_COMMANDS=1024")]
    [InlineData(typeof(windrvr_consts), "WD_MATCH_EXCLUDE=1 WD_FORCE_CLEANUP=1 SLEEP_BUSY=0 SLEEP_NON_BUSY=1 WD_PCI_CAP_ID_ALL=0 WD_ENABLED_INT_TYPE_MASK=63 WD_ENABLED_INT_TYPE_NUM_VECTORS_POSITION_BITS=20 DMA_OPTIONS_ADDRESS_WIDTH_SHIFT=24 DMA_OPTIONS_ADDRESS_WIDTH_MASK=2130706432")]
    [InlineData(typeof(windrvr_consts), "WD_INSERT=1 WD_REMOVE=2 WD_OBSOLETE=8 WD_CPCI_REENUM=8 WD_POWER_CHANGED_D0=16 WD_POWER_CHANGED_D1=32 WD_POWER_CHANGED_D2=64 WD_POWER_CHANGED_D3=128 WD_POWER_SYSTEM_WORKING=256 WD_POWER_SYSTEM_SLEEPING1=512 WD_POWER_SYSTEM_SLEEPING2=1024 WD_POWER_SYSTEM_SLEEPING3=2048 WD_POWER_SYSTEM_HIBERNATE=4096 WD_POWER_SYSTEM_SHUTDOWN=8192")]
    [InlineData(typeof(windrvr_consts), "WD_IPC_UNICAST_MSG=16384 WD_IPC_MULTICAST_MSG=32768 WD_IPC_ALL_MSG=49152 WD_ACTIONS_POWER=15344 WD_ACTIONS_ALL=15347 WD_IPC_UID_UNICAST=1 WD_IPC_SUBGROUP_MULTICAST=2 WD_IPC_MULTICAST=4")]
    [InlineData(typeof(wdc_lib_consts), "WDC_SIZE_8=1 WDC_SIZE_16=2 WDC_SIZE_32=4 WDC_SIZE_64=8 WDC_AD_CFG_SPACE=255 MAX_NAME=128 MAX_DESC=128 MAX_NAME_DISPLAY=22 WDC_DRV_OPEN_BASIC=0 WDC_DRV_OPEN_CHECK_VER=1 WDC_DRV_OPEN_REG_LIC=2 WDC_DRV_OPEN_ALL=3 WDC_DRV_OPEN_KP=0 WDC_DRV_OPEN_DEFAULT=3 WDC_DRV_OPEN_AGENT_DEFAULT_WAIT=16 WDC_DRV_OPEN_AGENT_LONG_WAIT=32 WDC_DRV_OPEN_AGENT_INFINITE_WAIT=64")]
    [InlineData(typeof(wdc_lib_consts), "WDC_DBG_OUT_DBM=1 WDC_DBG_OUT_FILE=2 WDC_DBG_LEVEL_ERR=16 WDC_DBG_LEVEL_TRACE=32 WDC_DBG_NONE=256 WDC_DBG_DEFAULT=33 WDC_DBG_DBM_ERR=17 WDC_DBG_DBM_TRACE=33 WDC_DBG_FILE_ERR=18 WDC_DBG_FILE_TRACE=34 WDC_DBG_DBM_FILE_ERR=19 WDC_DBG_DBM_FILE_TRACE=35 WDC_DBG_FULL=35")]
    [InlineData(typeof(windrvr_decl), "WD_VERSION=1630 SYSINTR_FIRMWARE=16")]
    public void Every_constant_has_its_number_and_needs_no_cast(Type holder, string expected)
    {
        foreach (string[] pair in expected.Split(' ').Select(p => p.Split('=')))
        {
            FieldInfo? field = holder.GetField(pair[0], BindingFlags.Public | BindingFlags.Static);
            Assert.True(field is { IsLiteral: true }, $"{holder.Name}.{pair[0]} is no constant");
            Assert.Contains(field.FieldType, (Type[])[typeof(uint), typeof(int), typeof(string)]);
            Assert.Equal(pair[1], Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture));
        }
    }

    /// <summary>What an enumeration has is not in the classes that programs import beside it: the name alone would be ambiguous.</summary>
    [Fact]
    public void Names_that_programs_import_together_are_unambiguous()
    {
        Type[] imported = [typeof(windrvr_consts), typeof(wdc_lib_consts), typeof(windrvr_decl), typeof(wdc_lib_decl), typeof(wdc_defs_macros), typeof(wdc_lib_macros), typeof(wds_lib_decl), typeof(utils), typeof(WD_ERROR_CODES), typeof(WD_DMA_OPTIONS)];
        IEnumerable<string> twice = imported
            .SelectMany(t => t.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(m => m.Name).Distinct())
            .GroupBy(n => n, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key);
        Assert.Empty(twice);
        Assert.DoesNotContain(imported.SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static)), f => typeof(WDC_DEVICE).Assembly.GetType("Jungo.wdapi_dotnet." + f.Name) is not null);
    }

    [Theory]
    [InlineData(nameof(PciRegs.PCI_CFG_REG))]
    [InlineData(nameof(PciRegs.PCI_CONFIG_REGS_OFFSET))]
    [InlineData(nameof(PciRegs.PCI_CFG_REG_EXPRESS))]
    [InlineData(nameof(PciRegs.PCIE_CONFIG_REGS_OFFSET))]
    [InlineData(nameof(PciRegs.PCI_CAP))]
    [InlineData(nameof(PciRegs.PCI_EXT_CAP))]
    [InlineData(nameof(PciRegs.PCI_BARS))]
    [InlineData(nameof(PciRegs.AD_PCI_BAR))]
    public void The_registers_of_the_class_are_those_of_the_namespace(string name)
    {
        Type nested = typeof(PciRegsNames).GetNestedType(name)!;
        Type own = typeof(WDC_DEVICE).Assembly.GetType("Jungo.wdapi_dotnet." + name)!;
        Assert.Equal(Members(own), Members(nested));
    }

    private static IEnumerable<(string Name, int Value)> Members(Type type) => Enum.GetNames(type).Select(n => (n, (int)Enum.Parse(type, n)));

    private static uint Same(uint value) => value;
}
