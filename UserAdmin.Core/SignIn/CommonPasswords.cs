using System.Collections.Frozen;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.SignIn;

/// <summary>The 30,000 passwords people choose most, in the order of how often, from the lists of the package zxcvbn-core. Nothing is asked online.</summary>
internal static class CommonPasswords
{
    public const int Shortest = 3;

    private static readonly Lazy<(FrozenDictionary<string, int> Ranks, int Longest)> List = new(() =>
    {
        using var stream = typeof(Zxcvbn.Zxcvbn).Assembly.GetManifestResourceStream("zxcvbn-core.Dictionaries.passwords.lst")!;
        using var reader = new StreamReader(stream);
        var ranks = new Dictionary<string, int>();
        while (reader.ReadLine() is { } line)
            if (Text.Fold(line) is { Length: >= Shortest } password)
                ranks.TryAdd(password, ranks.Count + 1);
        return (ranks.ToFrozenDictionary(), ranks.Keys.Max(password => password.Length));
    });

    public static int Longest => List.Value.Longest;

    public static IEnumerable<string> InOrder => List.Value.Ranks.OrderBy(entry => entry.Value).Select(entry => entry.Key);

    /// <summary>How common the folded text is, 1 for the most common, or null.</summary>
    public static int? RankOf(ReadOnlySpan<char> folded) =>
        List.Value.Ranks.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(folded, out var rank) ? rank : null;
}
