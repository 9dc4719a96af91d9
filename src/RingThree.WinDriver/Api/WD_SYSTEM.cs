namespace Jungo.wdapi_dotnet;

/// <summary>A licence: any does.</summary>
public struct WD_LICENSE
{
    public string? cLicense;
    public uint dwLicense;
    public uint dwLicense2;
}

/// <summary>How busy the driver is.</summary>
public struct WD_USAGE
{
    public uint applications_num;
    public uint devices_num;
}

/// <summary>A wait.</summary>
public struct WD_SLEEP
{
    public uint dwMicroSeconds;
    public uint dwOptions;
}

/// <summary>A command to the debug buffer.</summary>
public struct WD_DEBUG
{
    public uint dwCmd;
    public uint dwLevel;
    public uint dwSection;
    public uint dwLevelMessageBox;
    public uint dwBufferSize;
}

/// <summary>What was in the debug buffer.</summary>
public struct WD_DEBUG_DUMP
{
    public string? cBuffer;
}

/// <summary>A line for the debug buffer.</summary>
public struct WD_DEBUG_ADD
{
    public string? pcBuffer;
    public uint dwLevel;
    public uint dwSection;
}
