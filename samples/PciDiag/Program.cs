// Diagnostics for PCI and ISA cards, on WinDriver's C# API: 'dotnet run', or 'dotnet run < scripts/edu.txt'.
// The cards are this machine's; RINGTHREE_HOSTS="sim:edu" has it find simulated ones.
using Jungo.wdapi_dotnet;
using RingThree.PlugIns;
using RingThree.Samples.PciDiag;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

var answers = new Answers(Console.In, isTerminal: !Console.IsInputRedirected);
var outcome = new Outcome();
uint opened = WDC_DriverOpen(wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, null);
if (!outcome.Try(() => Outcome.Check("opening the driver", opened))) return 1;
using IDisposable plugIn = KernelPlugIns.Register(CountingPlugIn.Name, new CountingPlugIn());
var card = new Card();
try
{
    MainMenu.Make(answers, outcome, card).Run();
}
catch (EndOfInputException)
{
    // A script that has ended, or Ctrl-D: as 'exit'.
}

outcome.Try(card.CloseIfOpen);
outcome.Try(() => Outcome.Check("closing the driver", WDC_DriverClose()));
return outcome.HasFailed || (!answers.IsTerminal && answers.Refused > 0) ? 1 : 0;
