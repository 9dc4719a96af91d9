using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

/// <summary>What belongs nowhere else.</summary>
public static class utils
{
    /// <summary>What a status means.</summary>
    public static string Stat2Str(uint dwStatus) => Status.Text(dwStatus);

    /// <summary>Bytes of a page of memory.</summary>
    public static uint GetPageSize() => (uint)Environment.SystemPageSize;

    public static uint GetNumberOfProcessors() => (uint)Environment.ProcessorCount;
}
