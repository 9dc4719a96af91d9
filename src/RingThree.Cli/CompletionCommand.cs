using System.CommandLine;

namespace RingThree.Cli;

/// <summary><c>ring3 completion</c>: what a shell runs to complete ring3's command lines.</summary>
internal static class CompletionCommand
{
    // The tool itself answers: it is asked for what fits at the cursor.
    private const string Bash = """
        _ring3() {
          local IFS=$'\n'
          COMPREPLY=($(ring3 "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null))
          __ltrim_colon_completions "${COMP_WORDS[COMP_CWORD]}" 2>/dev/null
        }
        complete -F _ring3 ring3
        """;

    private const string Zsh = """
        _ring3() {
          local -a found
          found=("${(@f)$(ring3 "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          compadd -a found
        }
        compdef _ring3 ring3
        """;

    private const string Fish = """
        complete -f -c ring3 -a '(set -l line (commandline -cp); ring3 "[suggest:"(string length -- $line)"]" $line 2>/dev/null)'
        """;

    internal static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", """
            Prints a shell's completion script.

            Example: ring3 completion bash > ~/.local/share/bash-completion/completions/ring3
                     source <(ring3 completion bash)
            """) { shell };
        command.SetAction(parsed =>
        {
            Console.WriteLine(parsed.GetValue(shell) switch
            {
                "zsh" => Zsh,
                "fish" => Fish,
                _ => Bash,
            });
            return ExitStatus.Success;
        });
        return command;
    }
}
