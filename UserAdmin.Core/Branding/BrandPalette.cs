using System.Globalization;

namespace UserAdmin.Core.Branding;

/// <summary>The four colours that a theme makes of an accent.</summary>
public sealed record Shades(string Accent, string Strong, string Soft, string OnAccent);

/// <summary>
/// Shades of one colour that can be read in both themes (WCAG 1.4.3): the colour is moved towards black in the light theme and towards white in the dark one
/// until it stands out from everything it is put on. The grounds are those of app.css.
/// </summary>
public sealed record BrandPalette(Shades Light, Shades Dark)
{
    private const double Legible = 4.6;

    private static readonly string[] LightGrounds = ["#ffffff", "#f6f7f9", "#f0f2f5", "#f4f6fa"];
    private static readonly string[] DarkGrounds = ["#1a1e27", "#12151c", "#141820", "#212632"];

    public static BrandPalette Of(string colour) => new(
        Make(colour, "#ffffff", LightGrounds, "#000000", softness: .9, onAccent: "#ffffff"),
        Make(colour, "#1a1e27", DarkGrounds, "#ffffff", softness: .8, onAccent: "#0d1426"));

    private static Shades Make(string colour, string surface, string[] grounds, string towards, double softness, string onAccent)
    {
        var soft = Mix(colour, surface, softness);
        var accent = Move(colour, towards, shade => grounds.Append(soft).All(ground => Contrast(shade, ground) >= Legible) && Contrast(shade, onAccent) >= Legible);
        return new(accent, Mix(accent, towards, .18), soft, onAccent);
    }

    private static string Move(string colour, string towards, Func<string, bool> isEnough)
    {
        for (var share = 0.0; share < 1; share += .02)
            if (Mix(colour, towards, share) is var shade && isEnough(shade))
                return shade;
        return towards;
    }

    public static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + .05) / (Math.Min(a, b) + .05);
    }

    private static string Mix(string colour, string other, double share) =>
        "#" + string.Concat(Enumerable.Range(0, 3).Select(part => ((int)Math.Round(Part(colour, part) * (1 - share) + Part(other, part) * share)).ToString("x2", CultureInfo.InvariantCulture)));

    private static double Luminance(string colour) => .2126 * Linear(Part(colour, 0)) + .7152 * Linear(Part(colour, 1)) + .0722 * Linear(Part(colour, 2));

    private static double Linear(int part) => part / 255.0 is var value && value <= .04045 ? value / 12.92 : Math.Pow((value + .055) / 1.055, 2.4);

    private static int Part(string colour, int part) => int.Parse(colour.AsSpan(1 + 2 * part, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
