using UserAdmin.Core.Branding;

namespace UserAdmin.Web.Branding;

/// <summary>The brand's colours as custom properties; app.css puts them in the place of its own. The values come from <see cref="BrandPalette"/>, never from what somebody typed.</summary>
internal static class BrandStyle
{
    public static string? Of(BrandPalette? palette) => palette is null ? null : $"{Of("light", palette.Light)}{Of("dark", palette.Dark)}";

    private static string Of(string theme, Shades shades) =>
        $"--brand-{theme}: {shades.Accent}; --brand-{theme}-strong: {shades.Strong}; --brand-{theme}-soft: {shades.Soft}; --brand-{theme}-on: {shades.OnAccent}; ";
}
