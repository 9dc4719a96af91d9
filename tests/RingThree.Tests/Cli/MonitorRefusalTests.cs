using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace RingThree.Tests;

/// <summary><c>ring3 monitor</c> where it cannot attach, or to something that is not what it says it is: one line, and the status of a failure.</summary>
public sealed class MonitorRefusalTests : IDisposable
{
    private readonly MonitoredProgram _program = new();

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task A_process_that_is_not_there()
    {
        SkipElsewhere();

        Assert.Equal((1, "", "ring3: attaching to process 2000000000 failed: there is no such process. ring3 monitor without a number finds the program by itself.\n"), await _program.Monitor("2000000000"));
    }

    [Fact]
    public async Task A_process_that_is_no_dotnet_program()
    {
        SkipElsewhere();

        (int status, _, string errors) = await _program.Shell($"sleep 60 & {MonitoredProgram.Tool} monitor $!; status=$?; kill $!; exit $status");

        Assert.Equal(1, status);
        Assert.EndsWith(" failed: it shows no diagnostics port. It is no .NET program, or was started with DOTNET_EnableDiagnostics=0; of a program in a container run ring3 in there.\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_whose_diagnostics_are_off()
    {
        SkipElsewhere();
        _program.Start(("DOTNET_EnableDiagnostics", "0"));

        Assert.Equal((1, "", $"ring3: attaching to process {_program.Id} failed: its diagnostics are off (DOTNET_EnableDiagnostics=0). Start it without that variable.\n"), await _program.Monitor($"{_program.Id}"));
    }

    [Fact]
    public async Task A_program_with_another_temporary_folder()
    {
        SkipElsewhere();
        string other = Directory.CreateDirectory(Path.Combine(_program.Folder, "other")).FullName;
        _program.Start(("TMPDIR", other));

        Assert.Equal((1, "", $"ring3: attaching to process {_program.Id} failed: its temporary folder is {other}, where its diagnostics port is, and this one's is another. Run: TMPDIR={other} ring3 monitor {_program.Id}\n"),
            await _program.Monitor($"{_program.Id}"));
        Assert.Equal(0, (await _program.Shell($"TMPDIR='{other}' {MonitoredProgram.Tool} monitor {_program.Id} --count 1 --for 40s")).Status);
    }

    [Fact]
    public async Task A_program_of_another_user()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"), "needs to start as root, to become somebody else");
        _program.Start();

        (int status, _, string errors) = await _program.Shell(
            $"cp -r '{Path.GetDirectoryName(Repository.Find("src/RingThree.Cli", "ring3"))}/.' tool && chmod -R a+rX . && setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp dotnet tool/ring3.dll monitor {_program.Id}");

        Assert.Equal(1, status);
        Assert.Equal($"ring3: attaching to process {_program.Id} failed: it belongs to another user (uid 0, this is 65534). Run it as that user or as root: sudo ring3 monitor {_program.Id}\n", errors);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Nettrace")]
    [InlineData("Nettrace\x14\0\0\0!FastSerialization.1")]
    [InlineData("Nettrace\x14\0\0\0!FastSerialization.1\x05\x05\x01\x04\0\0\0\x04\0\0\0\x05\0\0\0Trace\x06")]
    [InlineData("Nettrace\xff\xff\xff\x7f!FastSerialization.1")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nServer: something else\r\n\r\n")]
    public async Task Something_that_sends_no_events(string stream)
    {
        SkipElsewhere();
        // The port is this process's by its name, which is alive all the time.
        string path = Path.Combine(_program.Folder, $"dotnet-diagnostic-{Environment.ProcessId}-1-socket");
        using var over = new CancellationTokenSource();
        Task serving = ServeAsync(path, Encoding.Latin1.GetBytes(stream), over.Token);

        (int status, string output, string errors) = await _program.Monitor($"{Environment.ProcessId} --for 40s");

        await over.CancelAsync();
        await serving;
        Assert.Equal((1, ""), (status, output));
        string line = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.StartsWith($"ring3: reading the events of process {Environment.ProcessId} (", line, StringComparison.Ordinal);
        Assert.Contains(" failed: what it sends is no stream of events, or breaks off in the midst of one (", line, StringComparison.Ordinal);
        Assert.DoesNotContain("defect", errors, StringComparison.Ordinal);
    }

    /// <summary>Answers each request as a runtime does that begins to send events, and then sends something else.</summary>
    private static async Task ServeAsync(string path, byte[] stream, CancellationToken over)
    {
        using var port = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        port.Bind(new UnixDomainSocketEndPoint(path));
        port.Listen();
        try
        {
            while (true)
            {
                using Socket client = await port.AcceptAsync(over);
                byte[] request = new byte[4096];
                await client.ReceiveAsync(request, over);
                byte[] response = new byte[28]; // the IPC header of 20 bytes, then the session's number
                Encoding.ASCII.GetBytes("DOTNET_IPC_V1").CopyTo(response, 0);
                BinaryPrimitives.WriteUInt16LittleEndian(response.AsSpan(14), (ushort)response.Length);
                response[16] = 0xFF; // the server's command set: OK
                await client.SendAsync(response, over);
                if (stream.Length > 0) await client.SendAsync(stream, over);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // Over, or the other end has had enough.
        }
    }

    private static void SkipElsewhere() => Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
}
