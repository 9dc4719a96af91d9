using System.Globalization;
using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.utils;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.PciDiag;

/// <summary>The driver's log, and its status codes.</summary>
internal sealed class Log(Answers answers, Outcome outcome)
{
    private const string None = "none";

    /// <summary>Opens the log, or closes it.</summary>
    internal void Open()
    {
        string file = answers.Ask("file, or none", None, name => name);
        bool all = answers.Choice("what", "errors", "all") == "all";
        bool closes = file == None;
        uint what = closes ? wdc_lib_consts.WDC_DBG_NONE : all ? wdc_lib_consts.WDC_DBG_FILE_TRACE : wdc_lib_consts.WDC_DBG_FILE_ERR;
        Outcome.Check($"logging to '{Answers.Clean(file)}'", WDC_SetDebugOptions(what, closes ? null : file));
        outcome.IsLogged = !closes;
        Console.WriteLine(closes ? "no log" : $"log: {Answers.Clean(file)}");
    }

    /// <summary>Prints what a status code means, by its number or its name.</summary>
    internal void ShowStatus()
    {
        uint status = answers.Ask("code or name, or all", "all", text => text == "all" ? 0u
            : char.IsAsciiLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out WD_ERROR_CODES code) ? unchecked((uint)code)
            : (uint)answers.ParseNumber(text, 0, uint.MaxValue));
        if (status != 0)
        {
            Print(status);
            return;
        }

        foreach (uint each in Enum.GetValues<WD_ERROR_CODES>().Select(c => unchecked((uint)c)).Distinct().Order()) Print(each);
    }

    private static void Print(uint status) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"0x{status:x8}: {Stat2Str(status)}"));
}
