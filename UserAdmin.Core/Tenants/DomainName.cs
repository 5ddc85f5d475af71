using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace UserAdmin.Core.Tenants;

/// <summary>The names by which tenants are found: host names in the one form in which browsers send them (E12).</summary>
public static partial class DomainName
{
    public const int MaximumLength = 253;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true, AllowUnassigned = false };

    [GeneratedRegex(@"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", RegexOptions.NonBacktracking)]
    private static partial Regex Shape { get; }

    /// <summary>Lower case and in ASCII (RFC 5891), or null when this is no name: an address, something with a port, or with letters that no host name has.</summary>
    public static string? Normalize(string? typed)
    {
        var text = typed?.Trim() ?? "";
        if (text.Length is 0 or > MaximumLength)
            return null;
        try
        {
            var ascii = Idn.GetAscii(text).ToLowerInvariant();
            return ascii.Length <= MaximumLength && Shape.IsMatch(ascii) && !IPAddress.TryParse(ascii, out _) && !ascii.All(c => char.IsAsciiDigit(c) || c == '.') ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>As people write it.</summary>
    public static string ForPeople(string host) => Idn.GetUnicode(host);
}
