using System.Diagnostics.Tracing;
using System.Globalization;
using Jungo.wdapi_dotnet;
using RingThree.Diagnostics;

namespace RingThree.WinDriver;

/// <summary>
/// The debug log of <c>WDC_SetDebugOptions</c>: what failed and why, in full, to a file, to standard error, or to the debug monitor
/// (<c>ring3 monitor</c>). The variable RINGTHREE_LOG, a file or <c>stderr</c>, has it written whatever the program says, for programs
/// that say nothing.
/// </summary>
internal static class DebugLog
{
    /// <summary>The environment variable that names a file for the log, or <c>stderr</c>.</summary>
    internal const string Variable = "RINGTHREE_LOG";

    private static readonly Lock Gate = new();
    private static ulong _options = wdc_lib_consts.WDC_DBG_NONE;
    private static readonly TextWriter? Always = OpenAlways();
    private static TextWriter? _file;

    /// <summary>What was written last, for messages that have no other way out.</summary>
    internal static string? LastError { get; private set; }

    internal static void Set(ulong options, string? file)
    {
        TextWriter? opened = null;
        if ((options & wdc_lib_consts.WDC_DBG_OUT_FILE) != 0)
        {
            // Without a file's name the standard error stream is the file.
            opened = string.IsNullOrEmpty(file) ? Console.Error : Create(file);
        }

        lock (Gate)
        {
            if (_file is not null && _file != Console.Error) _file.Dispose();
            (_file, _options) = (opened, options);
        }
    }

    /// <exception cref="StatusException">It cannot be written. That is told on standard error, as there is no log to tell it in.</exception>
    private static StreamWriter Create(string file)
    {
        try
        {
            return new StreamWriter(file, append: false) { AutoFlush = true };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Console.Error.WriteLine($"RingThree: the debug log {ForeignText.Quoted(file)} cannot be written: {ForeignText.Shown(error.Message)}");
            throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, error.Message);
        }
    }

    private static TextWriter? OpenAlways()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } wanted) return null;
        if (wanted == "stderr") return Console.Error;
        try
        {
            return TextWriter.Synchronized(new StreamWriter(wanted, append: true) { AutoFlush = true });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Console.Error.WriteLine($"RingThree: {Variable}={ForeignText.Quoted(wanted)}: {ForeignText.Shown(error.Message)}");
            return null;
        }
    }

    internal static void Error(string operation, string text)
    {
        LastError = $"{operation}: {text}";
        DebugBuffer.Add(DEBUG_LEVEL.D_ERROR, DEBUG_SECTION.S_MISC, LastError);
        Write(wdc_lib_consts.WDC_DBG_LEVEL_ERR | wdc_lib_consts.WDC_DBG_LEVEL_TRACE, EventLevel.Error, "error: ", LastError);
    }

    internal static void Trace(string text)
    {
        DebugBuffer.Add(DEBUG_LEVEL.D_TRACE, DEBUG_SECTION.S_MISC, text);
        Write(wdc_lib_consts.WDC_DBG_LEVEL_TRACE, EventLevel.Verbose, "", text);
    }

    /// <summary>What a program writes of its own.</summary>
    internal static void Said(bool isError, string? text)
    {
        if (isError) Write(wdc_lib_consts.WDC_DBG_LEVEL_ERR | wdc_lib_consts.WDC_DBG_LEVEL_TRACE, EventLevel.Error, "", text ?? "");
        else Write(wdc_lib_consts.WDC_DBG_LEVEL_TRACE, EventLevel.Verbose, "", text ?? "");
    }

    private static void Write(uint levels, EventLevel level, string mark, string text)
    {
        Put(Always, mark, text);
        ulong options = Volatile.Read(ref _options);
        if ((options & wdc_lib_consts.WDC_DBG_NONE) != 0 || (options & levels) == 0) return;
        if ((options & wdc_lib_consts.WDC_DBG_OUT_DBM) != 0) DebugMonitor.Write(level, "", text);
        lock (Gate) Put(_file, mark, text);
    }

    private static void Put(TextWriter? log, string mark, string text)
    {
        try
        {
            log?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss.ffffff} {mark}{text}"));
        }
        catch (IOException)
        {
            // A log that cannot be written must not change what a driver does.
        }
    }
}
