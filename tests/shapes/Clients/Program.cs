using System;
using Shapes;

namespace Clients
{
    /// <summary>Runs one of the clients.</summary>
    public static class Program
    {
        public static int Main(string[] args)
        {
            string kind = args.Length == 1 ? args[0] : "";
            switch (kind)
            {
                case "wizard":
                    Wizard.BRIDGE_diag.Run();
                    break;
                case "form":
                    Form.MainForm.Run();
                    break;
                case "isa":
                    IsaCard.SamplerProgram.Run();
                    break;
                case "engine":
                    Engine.EngineProgram.Run();
                    break;
                default:
                    Console.Error.WriteLine("Clients: wizard, form, isa or engine");
                    return 2;
            }

            return Report.Finish(kind);
        }
    }
}
