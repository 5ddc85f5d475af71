using System.Globalization;
using System.Text.RegularExpressions;
using UserAdmin.Core.Me;

namespace UserAdmin.Tests.Me;

/// <summary>Reads app.css as it is served: each accent must be legible in both themes (WCAG 1.4.3).</summary>
public partial class AccentTests
{
    private static readonly string Css = File.ReadAllText(Path.Combine(Root(), "UserAdmin.Web/wwwroot/app.css"));

    public static TheoryData<Accent, bool> All => [.. Enum.GetValues<Accent>().SelectMany(accent => new[] { (accent, false), (accent, true) })];

    [Theory, MemberData(nameof(All))]
    public void Every_accent_can_be_read_in_both_themes(Accent accent, bool dark)
    {
        var colours = Colours(""":root, [data-theme="light"]""");
        if (dark)
            Take(colours, """[data-theme="dark"]""");
        if (accent != Accent.Blue)
            Take(colours, $"""{(dark ? """[data-theme="dark"]""" : "")}[data-accent="{accent.ToString().ToLowerInvariant()}"]""");

        (string, string)[] pairs = [("on-accent", "accent"), ("on-accent", "accent-strong"), ("accent-strong", "surface"), ("accent-strong", "ground"), ("accent-strong", "accent-soft")];
        Assert.All(pairs, pair => Assert.True(Contrast(colours[pair.Item1], colours[pair.Item2]) >= 4.5, $"{pair}: {Contrast(colours[pair.Item1], colours[pair.Item2]):0.00}"));
    }

    [Theory, InlineData(Accent.Green), InlineData(Accent.Teal), InlineData(Accent.Violet), InlineData(Accent.Pink), InlineData(Accent.Orange)]
    public void The_system_s_dark_theme_has_the_same_accents(Accent accent)
    {
        var name = $"""[data-accent="{accent.ToString().ToLowerInvariant()}"]""";

        Assert.Equal(Colours($"""[data-theme="dark"]{name}"""), Colours($"""  [data-theme="system"]{name}"""));
    }

    private static Dictionary<string, string> Colours(string selector)
    {
        var colours = new Dictionary<string, string>();
        Take(colours, selector);
        Assert.NotEmpty(colours);
        return colours;
    }

    private static void Take(Dictionary<string, string> colours, string selector)
    {
        var start = Css.IndexOf($"\n{selector} {{", StringComparison.Ordinal);
        Assert.True(start >= 0, $"app.css has no {selector}.");
        foreach (Match colour in Colour().Matches(Css[start..Css.IndexOf('}', start)]))
            colours[colour.Groups[1].Value] = colour.Groups[2].Value;
    }

    private static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string hex)
    {
        var digits = hex.Length == 4 ? string.Concat(hex[1..].Select(c => $"{c}{c}")) : hex[1..];
        double Part(int place)
        {
            var value = int.Parse(digits.AsSpan(place, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
        return 0.2126 * Part(0) + 0.7152 * Part(2) + 0.0722 * Part(4);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "UserAdmin.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex(@"--([a-z0-9-]+): (#[0-9a-f]{3,6})")]
    private static partial Regex Colour();
}
