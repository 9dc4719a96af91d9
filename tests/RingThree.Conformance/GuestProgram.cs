using System.Diagnostics;
using System.Text.Json;

namespace RingThree.Conformance;

/// <summary>Programs that a test runs in the guest: ring3, as its users run it, and what the system has.</summary>
internal static class GuestProgram
{
    /// <summary>In the guest's memory, from where it starts a third of a second earlier.</summary>
    private static readonly Lazy<string> Ring3Path = new(() =>
    {
        Shell("cp -r /out/cli /tmp/ring3");
        return "/tmp/ring3/ring3.dll";
    });

    /// <summary>What a program answered.</summary>
    internal readonly record struct Answer(int Status, string Output, string Errors)
    {
        /// <summary>The functions of the one JSON object that 'bind' and 'unbind' print.</summary>
        internal JsonElement[] Functions => [.. JsonDocument.Parse(Output).RootElement.GetProperty("functions").EnumerateArray()];
    }

    internal static Answer Ring3(params string[] arguments) => Run("dotnet", [Ring3Path.Value, .. arguments]);

    /// <summary>ring3, which must do what it is told.</summary>
    internal static Answer Ring3Does(params string[] arguments)
    {
        Answer answer = Ring3(arguments);
        Assert.True(answer.Status == 0, $"ring3 {string.Join(' ', arguments)}: {answer.Status}\n{answer.Output}{answer.Errors}");
        return answer;
    }

    /// <summary>ring3, which must refuse in one line that says this.</summary>
    internal static void Ring3Refuses(string reason, params string[] arguments)
    {
        Answer answer = Ring3(arguments);
        Assert.Equal((1, ""), (answer.Status, answer.Output));
        Assert.StartsWith("ring3: ", answer.Errors, StringComparison.Ordinal);
        Assert.Single(answer.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(reason, answer.Errors, StringComparison.Ordinal);
    }

    internal static Process StartRing3(params string[] arguments) => Start("dotnet", [Ring3Path.Value, .. arguments]);

    internal static Answer Run(string program, params string[] arguments)
    {
        using Process process = Start(program, arguments);
        return End(process);
    }

    /// <summary>A shell command that must work; its output.</summary>
    internal static string Shell(string command)
    {
        Answer answer = Run("/bin/sh", "-c", command);
        Assert.True(answer.Status == 0, $"{command}: {answer.Status}\n{answer.Output}{answer.Errors}");
        return answer.Output.Trim();
    }

    /// <summary>What a program that was started answers in the end.</summary>
    internal static Answer End(Process process)
    {
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(2 * Machine.Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} did not end");
        }

        return new Answer(process.ExitCode, output.Result, errors.Result);
    }

    private static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
