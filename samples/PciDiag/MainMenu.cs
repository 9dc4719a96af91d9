namespace RingThree.Samples.PciDiag;

/// <summary>What the program begins with.</summary>
internal static class MainMenu
{
    /// <summary>Makes the menu and those below it.</summary>
    internal static Menu Make(Answers answers, Outcome outcome, Card card)
    {
        var scan = new Scan(answers);
        var resources = new Resources(card);
        var log = new Log(answers, outcome);
        return new Menu("pci-diag", "exit", answers, outcome)
            .Add("scan", "find functions", scan.Find)
            .Add("open", "open a function", new PciCards(answers, scan, card).Open)
            .Add("isa", "define a card by hand and open it", new IsaCards(answers, card).Open)
            .Add("resources", "what the open card has", resources.Show)
            .Add("capabilities", "its capabilities", resources.ShowCapabilities)
            .Add("registers", "read and write its address spaces", new Registers(answers, card).Menu(outcome))
            .Add("configuration", "read and write its configuration space", new Configuration(answers, card).Menu(outcome))
            .Add("interrupts", "enable them, listen to them", new Interrupts(answers, card).Menu(outcome))
            .Add("events", "what happens to the card", new Events(answers, card).Menu(outcome))
            .Add("dma", "buffers that the card reaches", new Dma(answers, card).Menu(outcome))
            .Add("transactions", "buffers moved in several transfers", new Transactions(answers, card).Menu(outcome))
            .Add("plug-in", "code at interrupt level", new PlugIns(answers, card).Menu(outcome))
            .Add("cleanup", "what runs when the card is left open", new Cleanup(answers, card).Menu(outcome))
            .Add("reset", "reset the card", card.Reset)
            .Add("close", "close the card", card.Close)
            .Add("status", "what a status code means", log.ShowStatus)
            .Add("log", "the full reason of each failure, to a file", log.Open);
    }
}
