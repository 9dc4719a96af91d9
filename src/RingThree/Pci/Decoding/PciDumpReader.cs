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
    private readonly HashSet<PciAddress> _withBytes = [];
    private readonly List<PciDumpFunction> _silent = [];
    private readonly List<byte> _bytes = [];
    private readonly List<int> _between = []; // lines that are foreign if bytes of the same function follow
    private PciAddress? _address;
    private HexLine? _before;
    private int _start;
    private int _line;
    private int _lineStart;
    private bool _active;
    private bool _broken;
    private bool _repeated;
    private bool _again;
    private bool _foreign;
    private bool _same;

    internal void Take(string line)
    {
        _line++;
        ReadOnlySpan<char> text = line.AsSpan().TrimEnd();
        if (_line == 1) text = text.TrimStart('\uFEFF');
        bool indented = !text.IsEmpty && text[0] is '\t' or ' ';
        bool tab = !text.IsEmpty && text[0] == '\t';
        text = text.TrimStart().TrimStart("> "); // quoted in a message
        if (text.IsEmpty || text[0] == '#') return; // a note of a person's
        if (!tab && Heading(text, out PciAddress address))
        {
            Finish();
            Start(address);
        }
        else if (HexLine.Parse(text, _bytes.Count, _before) is { } hex && Fits(hex, indented))
        {
            Take(hex);
        }
        else if (text is "*")
        {
            _same = _active && _bytes.Count >= BytesInLine; // hexdump: the line before, up to the next offset
        }
        else if (!indented && LooksLikePath(text))
        {
            Finish();
            Problem("This is a path through bridges as lspci -P prints it, and no address. Make the dump without -P.");
        }
        else if (_active && !_broken && _bytes.Count > 0)
        {
            // Where a function's bytes may end, text of any kind may follow: what comes next tells.
            if (!indented && _bytes.Count % 64 != 0) Foreign(_line);
            else if (_between.Count < MostProblems) _between.Add(_line);
        }
    }

    internal PciDump End()
    {
        Finish();
        // A list of functions beside their bytes: the line of one that has bytes elsewhere says nothing more.
        _functions.RemoveAll(f => f.Image.IsEmpty && _withBytes.Contains(f.Address));
        foreach (PciDumpFunction silent in _silent.Where(f => !_withBytes.Contains(f.Address)))
            Note(silent.Line, silent.Address, $"The function {silent.Address} has no bytes. Make the dump with lspci -x, -xxx or -xxxx.");
        foreach (PciDumpFunction nobody in _functions.Where(f => !f.HasAddress && _lines.Count > 0))
            Note(nobody.Line, null, "There are bytes before any function's line, so nobody knows whose they are; they are shown without an address.");
        if (_functions.Count == 0 && _problems.Count == 0) Problem("There is no function in it. A dump is what lspci -x, -xxx or -xxxx prints, or xxd or hexdump -C of a configuration file.");
        return new PciDump(WithStates(), [.. _problems.OrderBy(p => p.Line)]);
    }

    private List<PciDumpFunction> WithStates()
    {
        Dictionary<PciAddress, int> all = _functions.Where(f => f.HasAddress).CountBy(f => f.Address).ToDictionary();
        var seen = new Dictionary<PciAddress, int>();
        var result = new List<PciDumpFunction>(_functions.Count);
        foreach (PciDumpFunction function in _functions)
        {
            if (function.HasAddress) seen[function.Address] = seen.GetValueOrDefault(function.Address) + 1;
            result.Add(function.HasAddress ? function with { State = seen[function.Address], States = all[function.Address] } : function);
        }

        return result;
    }

    private static bool Heading(ReadOnlySpan<char> text, out PciAddress address)
    {
        int space = text.IndexOfAny(' ', '\t');
        return PciAddress.TryParse(space < 0 ? text : text[..space], null, out address);
    }

    private static bool LooksLikePath(ReadOnlySpan<char> text)
    {
        int slash = text.IndexOf('/');
        int space = text.IndexOf(' ');
        return slash > 0 && (space < 0 || slash < space) && char.IsAsciiHexDigit(text[0]) && PciAddress.TryParse(text[..slash], null, out _);
    }

    /// <summary>Whether it is a line of this dump, and not another program's that looks like one.</summary>
    private bool Fits(HexLine hex, bool indented) => hex switch
    {
        { Bad: null, Form: HexForm.Plain } => !_active || _before is null or { Form: HexForm.Plain },
        { Bytes.Length: 0, Form: HexForm.Dump } => _active && hex.Bad is null && hex.Offset >= _bytes.Count,
        { Bad: null, Bytes.Length: > 0 } => true,
        { Form: HexForm.Lspci } => !indented && (hex.Bytes.Length > 0 || hex.Offset == _bytes.Count || hex.Bad is null),
        _ => hex.Offset == _bytes.Count,
    };

    private void Start(PciAddress? address)
    {
        _address = address;
        _active = true;
        _start = _line;
        _bytes.Clear();
        _between.Clear();
        _before = null;
        _broken = _repeated = _again = _foreign = _same = false;
        if (address is { } known && !_lines.TryAdd(known, _line) && _withBytes.Contains(known))
            Warning($"The function {known} was there already at line {_lines[known]}; both are shown.");
    }

    private void Finish()
    {
        if (!_active) return;
        string name = _address is { } address ? $"{address}" : "the function";
        if (_bytes.Count > 0 && !_broken && _bytes.Count is not (0x40 or 0x80 or 0x100 or Largest))
            Problem($"The bytes of {name} end at {_bytes.Count:x}h, where lspci ends at 40h, 80h, 100h or 1000h: the dump is cut off.");
        var function = new PciDumpFunction(_address ?? default, _start, _bytes.ToArray()) { HasAddress = _address is not null };
        _functions.Add(function);
        if (_bytes.Count == 0 && !_broken) _silent.Add(function);
        if (_bytes.Count > 0 && _address is { } known) _withBytes.Add(known);
        _active = false;
        _bytes.Clear();
        _before = null;
    }

    private void Take(HexLine hex)
    {
        bool whole = hex.Bad is null && (hex.Form != HexForm.Lspci || hex.Bytes.Length == BytesInLine);
        if (!_active || (_address is null && hex.Offset == 0 && _bytes.Count > 0))
        {
            // Bytes of nobody, or of the next nobody.
            if (!whole || hex.Offset > 0 || hex.Bytes.Length == 0)
            {
                if (!_active) Problem("There are bytes before any function's line, so nobody knows whose they are.");
                return;
            }

            Finish();
            Start(null);
        }

        if (_broken)
        {
            if (!whole || (hex.Offset != _lineStart && hex.Offset != _bytes.Count)) return; // it has been said, and what follows has no place
            if (hex.Offset == _lineStart) _bytes.RemoveRange(_lineStart, _bytes.Count - _lineStart);
            _broken = false;
        }

        int offset = hex.Offset < 0 ? _bytes.Count : hex.Offset;
        _before = hex;
        if (offset == 0 && _bytes.Count > 0) _again = true;
        while (_same && _bytes.Count < Math.Min(offset, Largest)) _bytes.Add(_bytes[^BytesInLine]);
        _same = false;
        if (offset < _bytes.Count) Again(offset, hex);
        else if (!_foreign) Append(offset, hex); // what follows is another function's
    }

    private void Append(int offset, HexLine hex)
    {
        foreach (int line in _between) Foreign(line);
        _between.Clear();
        _lineStart = _bytes.Count;
        if (offset > _bytes.Count) Broken($"Bytes at {offset:x2}h follow those up to {_bytes.Count:x2}h: those between are missing, so the function is known up to there only.");
        else if (offset >= Largest && hex.Bytes.Length > 0) Broken($"No line of a dump starts at {offset:x2}h.");
        else if (hex.Form == HexForm.Lspci && hex.Bytes.Length > BytesInLine) Broken("There are more than 16 bytes in this line.", hex.Bytes.AsSpan(0, BytesInLine));
        else if (hex.Bad is { } word) Broken($"'{Short(word)}' is no byte in hexadecimal; the function is known up to {_bytes.Count + hex.Bytes.Length:x2}h only.", hex.Bytes);
        else if (hex.Form == HexForm.Lspci && hex.Bytes.Length < BytesInLine)
            Broken($"There are {hex.Bytes.Length} bytes in this line instead of 16; the function is known up to {_bytes.Count + hex.Bytes.Length:x2}h only.", hex.Bytes);
        else if (_bytes.Count + hex.Bytes.Length > Largest) Broken("There are more than 4096 bytes, and configuration space has no more.", hex.Bytes.AsSpan(0, Largest - _bytes.Count));
        else _bytes.AddRange(hex.Bytes);
    }

    /// <summary>An offset that was there: harmless when it says the same.</summary>
    private void Again(int offset, HexLine hex)
    {
        bool same = hex.Bad is null && offset + hex.Bytes.Length <= _bytes.Count;
        for (int i = 0; same && i < hex.Bytes.Length; i++) same = hex.Bytes[i] == _bytes[offset + i];
        if (same) return;
        _foreign = _again;
        if (_repeated) return; // one such line is enough to know
        _repeated = true;
        Problem($"The bytes at {offset:x2}h are there a second time and differ; the first are shown.{(_foreign ? " The line of another function may be missing." : "")}");
    }

    private void Broken(string reason, params ReadOnlySpan<byte> known)
    {
        _bytes.AddRange(known);
        _broken = true;
        Problem(reason);
    }

    private void Problem(string reason) => Note(_line, _address, reason);

    private void Warning(string reason) => Note(_line, _address, reason, isWarning: true);

    private void Foreign(int line) => Note(line, _address, "This line is neither a function's nor bytes, in the middle of a function's bytes; it is left out.", isWarning: true);

    private void Note(int line, PciAddress? address, string reason, bool isWarning = false)
    {
        if (_problems.Count < MostProblems) _problems.Add(new PciDumpProblem(line, address, reason) { IsWarning = isWarning });
    }

    private static string Short(string word)
    {
        const int most = 12;
        string text = word.Length > most ? word[..most] + "..." : word;
        return Diagnostics.ForeignText.Shown(text);
    }
}
