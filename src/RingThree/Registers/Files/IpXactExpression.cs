using System.Globalization;
using System.Xml.Linq;
using RingThree.Diagnostics;

namespace RingThree.Registers.Files;

/// <summary>
/// Numbers and expressions of an IP-XACT file, which may speak of its parameters. Source: IEEE 1685-2014, annex C
/// (expressions are SystemVerilog's, numbers too), and IEEE 1685-2009, <c>scaledNonNegativeInteger</c> (0x1F, #1F, 4K).
/// </summary>
internal sealed class IpXactExpression
{
    private const int LongestText = 4096;
    private const int Deepest = 64; // brackets and parameters in one another
    private static readonly string[][] Operators =
        [["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<=", ">=", "<", ">"], ["<<", ">>"], ["+", "-"], ["*", "/", "%"], ["**"]];

    private readonly Dictionary<string, string> _parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Int128> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong> _read = new(StringComparer.Ordinal); // what lies in a row of 1000 is worked out once
    private int _depth;

    internal IpXactExpression(XElement component)
    {
        foreach (XElement parameter in component.Descendants().Where(e => e.Name.LocalName is "parameter" or "moduleParameter"))
        {
            if (parameter.Attribute("parameterId") is { } id && new SvdNode([parameter]).Text("value") is { } value) _parameters.TryAdd(id.Value, value);
        }
    }

    /// <summary>Works a text out.</summary>
    /// <returns>Null where it comes to a number from 0 on; else what is wrong with it.</returns>
    internal string? Read(string text, out ulong value)
    {
        if (_read.TryGetValue(text, out value)) return null;
        try
        {
            Int128 result = Evaluate(text);
            if (result < 0 || result > ulong.MaxValue) return $"comes to {result}, which no register file needs";
            _read[text] = value = (ulong)result;
            return null;
        }
        catch (FormatException error)
        {
            return error.Message;
        }
        catch (ArithmeticException error)
        {
            return error is DivideByZeroException ? "divides by 0" : "comes to more than any number here";
        }
        finally
        {
            _depth = 0;
        }
    }

    private Int128 Evaluate(string text)
    {
        if (text.Length > LongestText) throw new FormatException($"is longer than {LongestText} characters");
        var rest = new Cursor(text);
        Int128 value = Choice(rest);
        rest.Skip();
        return rest.IsAtEnd ? value : throw new FormatException($"is not a number or an expression of numbers, at '{rest.Near}'");
    }

    private Int128 Choice(Cursor text)
    {
        if (++_depth > Deepest) throw new FormatException($"is nested more than {Deepest} deep");
        Int128 value = Binary(text, 0);
        if (text.Take("?"))
        {
            Int128 yes = Choice(text);
            if (!text.Take(":")) throw new FormatException("has a '?' without its ':'");
            Int128 no = Choice(text);
            value = value != 0 ? yes : no;
        }

        _depth--;
        return value;
    }

    private Int128 Binary(Cursor text, int level)
    {
        if (level == Operators.Length) return Unary(text);
        Int128 left = Binary(text, level + 1);
        while (Operators[level].FirstOrDefault(text.TakeOperator) is { } which) left = Apply(which, left, Binary(text, level + 1));
        return left;
    }

    private static Int128 Apply(string which, Int128 left, Int128 right) => which switch
    {
        "||" => left != 0 || right != 0 ? 1 : 0,
        "&&" => left != 0 && right != 0 ? 1 : 0,
        "|" => left | right,
        "^" => left ^ right,
        "&" => left & right,
        "==" => left == right ? 1 : 0,
        "!=" => left != right ? 1 : 0,
        "<=" => left <= right ? 1 : 0,
        ">=" => left >= right ? 1 : 0,
        "<" => left < right ? 1 : 0,
        ">" => left > right ? 1 : 0,
        "<<" => right >= 0 && right < 64 ? checked(left * ((Int128)1 << (int)right)) : throw new OverflowException(),
        ">>" => right >= 0 && right < 127 ? left >> (int)right : 0,
        "+" => checked(left + right),
        "-" => checked(left - right),
        "*" => checked(left * right),
        "/" => left / right,
        "%" => left % right,
        _ => Power(left, right),
    };

    private static Int128 Power(Int128 left, Int128 right)
    {
        Int128 value = 1;
        if (right < 0 || right > 127) throw new OverflowException();
        for (Int128 i = 0; i < right; i++) value = checked(value * left);
        return value;
    }

    private Int128 Unary(Cursor text)
    {
        if (++_depth > Deepest) throw new FormatException($"is nested more than {Deepest} deep");
        Int128 value = text.Take("-") ? -Unary(text)
            : text.Take("+") ? Unary(text)
            : text.Take("!") ? (Unary(text) == 0 ? 1 : 0)
            : text.Take("~") ? ~Unary(text)
            : Operand(text);
        _depth--;
        return value;
    }

    private Int128 Operand(Cursor text)
    {
        if (text.Take("("))
        {
            Int128 value = Choice(text);
            return text.Take(")") ? value : throw new FormatException("has a '(' without its ')'");
        }

        string word = text.Word();
        if (text.Take("'"))
        {
            string digits = text.Word();
            return Based(word, digits.Length <= 2 && digits.All(char.IsAsciiLetter) ? digits + text.Word() : digits); // 32 'd 10
        }

        if (word is ['$', ..]) return Function(word, text);
        if (word is [>= '0' and <= '9', ..] or ['#', ..]) return Number(word);
        return word switch
        {
            "" => throw new FormatException($"is not a number or an expression of numbers, at '{text.Near}'"),
            "true" => 1,
            "false" => 0,
            _ => Parameter(word),
        };
    }

    private Int128 Function(string name, Cursor text)
    {
        if (!text.Take("(")) throw new FormatException($"calls {name} without arguments");
        Int128 first = Choice(text);
        Int128? second = text.Take(",") ? Choice(text) : null;
        if (!text.Take(")")) throw new FormatException("has a '(' without its ')'");
        return (name, second) switch
        {
            ("$clog2", null) => first <= 1 ? 0 : 128 - (int)Int128.LeadingZeroCount(first - 1),
            ("$pow", { } power) => Power(first, power),
            ("$min", { } other) => Int128.Min(first, other),
            ("$max", { } other) => Int128.Max(first, other),
            _ => throw new FormatException($"calls {name}, which is not known here"),
        };
    }

    private Int128 Parameter(string id)
    {
        if (_values.TryGetValue(id, out Int128 known)) return known;
        if (!_parameters.TryGetValue(id, out string? text)) throw new FormatException($"speaks of {ForeignText.Quoted(id)}, which is no number and no parameter of the file");
        if (!_open.Add(id)) throw new FormatException($"speaks of the parameter {ForeignText.Quoted(id)}, whose value leads back to it");
        try
        {
            return _values[id] = Evaluate(text);
        }
        finally
        {
            _open.Remove(id);
        }
    }

    /// <summary>A number as 2009 writes it: 16, 0x1F, #1F, 4K.</summary>
    private static Int128 Number(string word)
    {
        string digits = word.Replace("_", "", StringComparison.Ordinal);
        if (digits is ['#', .. var hex]) digits = "0x" + hex;
        return MapNumbers.TryRead(digits, out ulong value) ? value : throw new FormatException($"has {ForeignText.Quoted(word)}, which is not a number");
    }

    /// <summary>A number as SystemVerilog writes it: 8'hFF, 'b101.</summary>
    private static Int128 Based(string size, string word)
    {
        string digits = word.Replace("_", "", StringComparison.Ordinal).TrimStart('s', 'S');
        (string figures, NumberStyles style) = digits switch
        {
            ['h' or 'H', .. var d] => (d, NumberStyles.AllowHexSpecifier),
            ['b' or 'B', .. var d] => (d, NumberStyles.AllowBinarySpecifier),
            ['d' or 'D', .. var d] => (d, NumberStyles.None),
            _ => throw Wrong(),
        };
        return ulong.TryParse(figures, style, CultureInfo.InvariantCulture, out ulong value) ? value : throw Wrong();

        FormatException Wrong() => new($"has {ForeignText.Quoted(size + "'" + word)}, which is not a number");
    }

    /// <summary>The text, and how far it is read.</summary>
    private sealed class Cursor(string text)
    {
        private int _at;

        internal bool IsAtEnd => _at >= text.Length;

        internal string Near => MapNames.Plain(text[_at..Math.Min(text.Length, _at + 20)])!;

        internal void Skip()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
        }

        internal bool Take(string what)
        {
            Skip();
            if (string.CompareOrdinal(text, _at, what, 0, what.Length) != 0) return false;
            _at += what.Length;
            return true;
        }

        /// <summary>Takes an operator, unless it is only the start of a longer one.</summary>
        internal bool TakeOperator(string what)
        {
            Skip();
            if (_at + what.Length < text.Length && what.Length == 1 && text[_at] == what[0] && IsLonger(what[0], text[_at + 1])) return false;
            return Take(what);
        }

        internal string Word()
        {
            Skip();
            int start = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '$' or '#' or '.')) _at++;
            return text[start.._at];
        }

        private static bool IsLonger(char first, char second) => (first, second) is ('|', '|') or ('&', '&') or ('<', '<') or ('>', '>') or ('*', '*') or ('<', '=') or ('>', '=');
    }
}
