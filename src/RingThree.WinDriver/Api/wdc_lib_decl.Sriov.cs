namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Enables virtual functions of a device. Not served yet: WD_NOT_IMPLEMENTED.</summary>
    public static uint WDC_PciSriovEnable(IntPtr hDev, uint dwNumVFs) => wds_lib_decl.NotYet(nameof(WDC_PciSriovEnable));

    /// <summary>Disables a device's virtual functions. Not served yet: WD_NOT_IMPLEMENTED.</summary>
    public static uint WDC_PciSriovDisable(IntPtr hDev) => wds_lib_decl.NotYet(nameof(WDC_PciSriovDisable));

    /// <summary>How many virtual functions are enabled. Not served yet: WD_NOT_IMPLEMENTED.</summary>
    public static uint WDC_PciSriovGetNumVFs(IntPtr hDev, ref uint pdwNumVFs) => wds_lib_decl.NotYet(nameof(WDC_PciSriovGetNumVFs));
}
