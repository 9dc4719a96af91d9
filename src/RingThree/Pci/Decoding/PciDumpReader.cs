using System.Globalization;

namespace RingThree.Pci.Decoding;

/// <summary>Takes a dump line by line. What does not fit is noted with the line's number, and the rest goes on.</summary>
internal sealed class PciDumpReader
{
    private const int BytesInLine = 16;
    private const int Largest = 0x1000;
    private const int MostProblems = 1000;
    private readonly List<PciDumpFunction> _functions = [];
    private readonly List<PciDumpProblem> _problems = [];
    private readonly Dictionary<PciAddress, int> _lines = [];
    private readonly List<byte> _bytes = [];
    private PciAddress? _address;
    private int _start;
    private int _line;
    private bool _broken;
    private bool _repeated;
    private bool _again;
    private bool _foreign;

    internal void Take(string line)
    {
        _line++;
        ReadOnlySpan<char> text = line.AsSpan().TrimEnd();
        if (_line == 1) text = text.TrimStart('\uFEFF');
        if (text.IsEmpty || text[0] is '\t' or ' ' or '#') return; // what lspci -v says below a function, or a note of a person's
        if (Heading(text, out PciAddress address))
        {
            Finish();
            Start(address);
        }
        else if (HexLine(text, out int offset, out ReadOnlySpan<char> bytes))
        {
            if (_address is null) Problem("There are bytes before any function's line, so nobody knows whose they are.");
            else Bytes(offset, bytes);
        }
        else if (LooksLikePath(text))
        {
            Finish();
            Problem("This is a path through bridges as lspci -P prints it, and no address. Make the dump without -P.");
        }
        else if (_address is not null && !_broken && _bytes.Count > 0 && _bytes.Count % 64 != 0)
        {
            Broken("This line is neither a function's nor bytes, in the middle of a function's bytes.");
        }
    }

    internal PciDump End()
    {
        Finish();
        if (_functions.Count == 0 && _problems.Count == 0) Problem("There is no function in it. A dump is what lspci -x, -xxx or -xxxx prints.");
        return new PciDump(_functions, _problems);
    }

    private static bool Heading(ReadOnlySpan<char> text, out PciAddress address)
    {
        int space = text.IndexOf(' ');
        return PciAddress.TryParse(space < 0 ? text : text[..space], null, out address);
    }

    /// <summary>Offset, colon, and then bytes or nothing: 10: 00 or 1f0: 00.</summary>
    private static bool HexLine(ReadOnlySpan<char> text, out int offset, out ReadOnlySpan<char> bytes)
    {
        offset = 0;
        bytes = default;
        int colon = text.IndexOf(':');
        if (colon is not (2 or 3) || !int.TryParse(text[..colon], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out offset)) return false;
        bytes = text[(colon + 1)..];
        return bytes.IsEmpty || bytes[0] == ' ';
    }

    private static bool LooksLikePath(ReadOnlySpan<char> text)
    {
        int slash = text.IndexOf('/');
        int space = text.IndexOf(' ');
        return slash > 0 && (space < 0 || slash < space) && char.IsAsciiHexDigit(text[0]) && PciAddress.TryParse(text[..slash], null, out _);
    }

    private void Start(PciAddress address)
    {
        _address = address;
        _start = _line;
        _bytes.Clear();
        _broken = false;
        _repeated = false;
        _again = false;
        _foreign = false;
        if (!_lines.TryAdd(address, _line)) Problem($"The function {address} was there already at line {_lines[address]}; both are shown.");
    }

    private void Finish()
    {
        if (_address is not { } address) return;
        if (_bytes.Count == 0 && !_broken)
        {
            _problems.Add(new PciDumpProblem(_start, address, $"The function {address} has no bytes. Make the dump with lspci -x, -xxx or -xxxx."));
        }
        else if (!_broken && _bytes.Count is not (0x40 or 0x80 or 0x100 or Largest))
        {
            Problem($"The bytes of {address} end at {_bytes.Count:x}h, where lspci ends at 40h, 80h, 100h or 1000h: the dump is cut off.");
        }

        _functions.Add(new PciDumpFunction(address, _start, _bytes.ToArray()));
        _address = null;
    }

    private void Bytes(int offset, ReadOnlySpan<char> text)
    {
        if (_broken) return; // it has been said, and what follows has no place
        if (offset == 0 && _bytes.Count > 0) _again = true;
        if (offset < _bytes.Count)
        {
            Again(offset, text);
            return;
        }

        if (_foreign) return; // what follows is another function's
        if (offset > _bytes.Count)
        {
            Broken($"Bytes at {offset:x2}h follow those up to {_bytes.Count:x2}h: those between are missing, so the function is known up to there only.");
            return;
        }

        if (offset % BytesInLine != 0 || offset >= Largest)
        {
            Broken($"No line of a dump starts at {offset:x2}h.");
            return;
        }

        int taken = 0;
        foreach (Range part in text.Split(' '))
        {
            ReadOnlySpan<char> word = text[part].Trim();
            if (word.IsEmpty) continue;
            if (taken == BytesInLine)
            {
                Broken("There are more than 16 bytes in this line.");
                return;
            }

            if (!TryByte(word, out byte value))
            {
                Broken($"'{Short(word)}' is no byte in hexadecimal; the function is known up to {_bytes.Count:x2}h only.");
                return;
            }

            _bytes.Add(value);
            taken++;
        }

        if (taken < BytesInLine) Broken($"There are {taken} bytes in this line instead of 16; the function is known up to {_bytes.Count:x2}h only.");
    }

    /// <summary>An offset that was there: harmless when it says the same.</summary>
    private void Again(int offset, ReadOnlySpan<char> text)
    {
        int at = offset;
        foreach (Range part in text.Split(' '))
        {
            ReadOnlySpan<char> word = text[part].Trim();
            if (word.IsEmpty) continue;
            if (at >= _bytes.Count || !TryByte(word, out byte value) || value != _bytes[at])
            {
                _foreign = _again;
                if (_repeated) return; // one such line is enough to know
                _repeated = true;
                Problem($"The bytes at {offset:x2}h are there a second time and differ; the first are shown.{(_foreign ? " The line of another function may be missing." : "")}");
                return;
            }

            at++;
        }
    }

    private void Broken(string reason)
    {
        _broken = true;
        Problem(reason);
    }

    private void Problem(string reason)
    {
        if (_problems.Count < MostProblems) _problems.Add(new PciDumpProblem(_line, _address, reason));
    }

    private static bool TryByte(ReadOnlySpan<char> word, out byte value)
    {
        value = 0;
        return word.Length == 2 && char.IsAsciiHexDigit(word[0]) && char.IsAsciiHexDigit(word[1])
            && byte.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static string Short(ReadOnlySpan<char> word)
    {
        const int most = 12;
        string text = word.Length > most ? string.Concat(word[..most], "...") : word.ToString();
        return string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
    }
}
