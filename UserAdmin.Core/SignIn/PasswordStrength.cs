using System.Text;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.SignIn;

/// <summary>
/// How many bits a guesser needs who tries common passwords, runs of neighbouring keys, repeats and the owner's own words first, and
/// pads them with digits. It is the cheapest way to put the password together of such pieces; single characters cost what a blind guess costs.
/// </summary>
internal sealed class PasswordStrength
{
    /// <summary>Every entry of the list, doubled or padded with digits to any length, stays below; four common words are far above.</summary>
    public const double Enough = 27;

    private const double Impossible = 10_000;
    private const double OwnWord = 1, SameAgain = 2, Run = 5, Padding = 10;

    // A character of the basic plane that stands for one beyond it, so that an emoji counts once.
    private const char Beyond = '\uE000';

    private static readonly string[] Runs =
    [
        "01234567890123456789012345678901234567890", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "QWERTYUIOP", "QWERTZUIOP", "AZERTYUIOP", "ASDFGHJKL", "ZXCVBNM", "YXCVBNM",
        "1QAZ2WSX3EDC4RFV5TGB6YHN7UJM", "QAZWSXEDCRFVTGBYHNUJM", "QAYWSXEDCRFVTGBZHNUJM", "!@#$%^&*()",
    ];

    private readonly string text, withI, withL;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> words;
    private readonly int longestWord;

    private PasswordStrength(string password, IReadOnlySet<string> ownWords)
    {
        text = Flatten(password);
        withI = Undisguise(text, 'I');
        withL = Undisguise(text, 'L');
        words = ownWords.ToHashSet().GetAlternateLookup<ReadOnlySpan<char>>();
        longestWord = Math.Max(CommonPasswords.Longest, ownWords.Select(word => word.Length).DefaultIfEmpty().Max());
    }

    /// <summary>Bits of the password for somebody who knows these words (folded).</summary>
    public static double Of(string password, IReadOnlySet<string> ownWords)
    {
        var strength = new PasswordStrength(password, ownWords);
        var bits = strength.Cheapest(isPadded: false);
        return strength.text.Any(char.IsLetter) ? Math.Min(bits, strength.Cheapest(isPadded: true)) : bits;
    }

    // With padding, digits and signs beside known words cost little, however many; unknown letters are then not allowed.
    private double Cheapest(bool isPadded)
    {
        var bits = new double[text.Length + 1];
        Array.Fill(bits, Impossible, 1, text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (!isPadded)
                Reach(bits, at, 1, BlindGuess(text[at]));
            else if (!char.IsLetter(text[at]) && text[at] < 128)
                Reach(bits, at, LengthOfPadding(at), Padding);
            Known(bits, at);
            Repeated(bits, at);
            foreach (var run in Runs)
                if (LengthOfRun(at, run) is >= 3 and var length)
                    for (var part = 3; part <= length; part++)
                        Reach(bits, at, part, Run + Math.Log2(part));
        }
        return bits[^1];
    }

    private static void Reach(double[] bits, int from, int length, double cost) => bits[from + length] = Math.Min(bits[from + length], bits[from] + cost);

    private static double BlindGuess(char c) => c switch
    {
        >= 'A' and <= 'Z' => 4.7,
        >= '0' and <= '9' => 3.3,
        < (char)128 => 5,
        _ when char.IsLetter(c) => 6,
        _ => 10,
    };

    private int LengthOfPadding(int at)
    {
        var end = at;
        while (end < text.Length && text[end] < 128 && !char.IsLetter(text[end]))
            end++;
        return end - at;
    }

    private void Known(double[] bits, int at)
    {
        for (var length = CommonPasswords.Shortest; length <= longestWord && at + length <= text.Length; length++)
            foreach (var variant in (ReadOnlySpan<string>)[text, withI, withL])
            {
                var part = variant.AsSpan(at, length);
                if (words.Contains(part))
                    Reach(bits, at, length, OwnWord);
                else if (CommonPasswords.RankOf(part) is { } rank)
                    Reach(bits, at, length, Math.Log2(rank) + 1);
            }
    }

    // Whatever stood here before, in full or in part.
    private void Repeated(double[] bits, int at)
    {
        if (at > 0 && text[at] == text[at - 1])
            Reach(bits, at, 1, 1);
        var longest = 0;
        for (var from = 0; from < at; from++)
        {
            var length = 0;
            while (from + length < at && at + length < text.Length && text[from + length] == text[at + length])
                length++;
            longest = Math.Max(longest, length);
        }
        for (var length = 3; length <= longest; length++)
            Reach(bits, at, length, SameAgain);
    }

    private int LengthOfRun(int at, string run)
    {
        var place = run.IndexOf(text[at]);
        if (place < 0)
            return 0;
        var (up, down) = (1, 1);
        while (at + up < text.Length && place + up < run.Length && text[at + up] == run[place + up])
            up++;
        // Downwards from the last place, so that digits have room.
        place = run.LastIndexOf(text[at]);
        while (at + down < text.Length && place - down >= 0 && text[at + down] == run[place - down])
            down++;
        return Math.Max(up, down);
    }

    private static string Flatten(string password)
    {
        var flat = new StringBuilder(password.Length);
        foreach (var rune in Text.Fold(password).EnumerateRunes())
            flat.Append(rune.IsBmp ? (char)rune.Value : (char)(Beyond + rune.Value % 0x1900));
        return flat.ToString();
    }

    private static string Undisguise(string text, char one) => string.Create(text.Length, (text, one), static (plain, from) =>
    {
        for (var i = 0; i < plain.Length; i++)
            plain[i] = from.text[i] switch
            {
                '@' or '4' => 'A',
                '8' => 'B',
                '(' => 'C',
                '3' => 'E',
                '6' or '9' => 'G',
                '1' or '!' or '|' => from.one,
                '0' => 'O',
                '$' or '5' => 'S',
                '7' or '+' => 'T',
                '2' => 'Z',
                var c => c,
            };
    });
}
