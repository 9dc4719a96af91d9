namespace RingThree.Samples.PciDiag;

/// <summary>Commands to choose from, by word or by number, until somebody leaves.</summary>
/// <param name="title">What it is about.</param>
/// <param name="leave">The word that leaves it.</param>
/// <param name="answers">Who chooses.</param>
/// <param name="outcome">Whether the commands worked.</param>
internal sealed class Menu(string title, string leave, Answers answers, Outcome outcome)
{
    private readonly List<(string Word, string Does, Action Run)> _commands = [];

    /// <summary>Adds a command. It asks all its questions before it does anything, so that a script stays in step where it fails.</summary>
    internal Menu Add(string word, string does, Action run)
    {
        _commands.Add((word, does, run));
        return this;
    }

    /// <summary>Adds a menu below this one.</summary>
    internal Menu Add(string word, string does, Menu below) => Add(word, does, below.Run);

    /// <summary>Serves it until somebody leaves.</summary>
    /// <exception cref="EndOfInputException">There is nothing more to read.</exception>
    internal void Run()
    {
        string[] words = [.. _commands.Select(c => c.Word), leave];
        while (true)
        {
            if (answers.IsTerminal) Print();
            int chosen = answers.Command(title, words);
            if (chosen == _commands.Count) return;
            outcome.Try(_commands[chosen].Run);
        }
    }

    private void Print()
    {
        Console.WriteLine($"{Environment.NewLine}{title}");
        for (int i = 0; i < _commands.Count; i++) Console.WriteLine($"  {i + 1,2}  {_commands[i].Word,-14} {_commands[i].Does}");
        Console.WriteLine($"  {_commands.Count + 1,2}  {leave}");
    }
}
