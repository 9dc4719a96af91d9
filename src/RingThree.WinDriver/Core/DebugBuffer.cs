using System.Text;
using Jungo.wdapi_dotnet;

namespace RingThree.WinDriver;

/// <summary>What the driver says of itself, kept until <c>WD_DebugDump</c> takes it: by level and section, in a buffer of bounded size.</summary>
internal static class DebugBuffer
{
    private const uint LargestBuffer = 16 << 20;
    private static readonly Lock Gate = new();
    private static readonly StringBuilder Text = new();
    private static uint _level = (uint)DEBUG_LEVEL.D_OFF;
    private static uint _sections = (uint)DEBUG_SECTION.S_ALL;
    private static int _size = 64 << 10;

    /// <summary>Whether something at that level and of those sections is kept.</summary>
    internal static bool Keeps(DEBUG_LEVEL level, DEBUG_SECTION section) => (uint)level <= _level && (_sections & (uint)section) != 0;

    /// <summary>Adds a line, where its level and section are wanted; the oldest text goes where there is no room.</summary>
    internal static void Add(DEBUG_LEVEL level, DEBUG_SECTION section, string text)
    {
        if (!Keeps(level, section)) return;
        lock (Gate)
        {
            Text.Append(text).Append('\n');
            if (Text.Length > _size) Text.Remove(0, Text.Length - _size);
        }
    }

    /// <summary>Takes the oldest text, at most so much.</summary>
    internal static string Take(int length)
    {
        lock (Gate)
        {
            string taken = Text.ToString(0, Math.Min(length, Text.Length));
            Text.Remove(0, taken.Length);
            return taken;
        }
    }

    /// <exception cref="StatusException">There is no such command, or no such size.</exception>
    internal static void Command(in WD_DEBUG command)
    {
        lock (Gate)
        {
            switch ((DEBUG_COMMAND)command.dwCmd)
            {
                case DEBUG_COMMAND.DEBUG_SET_FILTER:
                    (_level, _sections) = (command.dwLevel, command.dwSection);
                    break;
                case DEBUG_COMMAND.DEBUG_SET_BUFFER when command.dwBufferSize is > 0 and <= LargestBuffer:
                    _size = (int)command.dwBufferSize;
                    Text.Clear();
                    break;
                case DEBUG_COMMAND.DEBUG_SET_BUFFER:
                    throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"a buffer of {command.dwBufferSize} characters cannot be: 1 to {LargestBuffer}.");
                case DEBUG_COMMAND.DEBUG_CLEAR_BUFFER:
                    Text.Clear();
                    break;
                case var other when Enum.IsDefined(other):
                    break; // clocks, the kernel's debugger: there are none here
                default:
                    throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{command.dwCmd} is no debug command.");
            }
        }
    }
}
