namespace UserAdmin.Core.Exports;

/// <summary>Finds a font for PDFs. None comes with the product: whatever the configuration names, else one of the usual ones of the system.</summary>
internal static class PdfFonts
{
    private static readonly string[] Usual =
    [
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/dejavu/DejaVuSans.ttf", "/usr/share/fonts/TTF/DejaVuSans.ttf", "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
        "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf", "/usr/share/fonts/noto/NotoSans-Regular.ttf", "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
        "/usr/share/fonts/liberation/LiberationSans-Regular.ttf", "/Library/Fonts/Arial Unicode.ttf", "/System/Library/Fonts/Supplemental/Arial.ttf",
    ];

    public static bool Exist(string? configured) => Find(configured) is not null;

    public static string? Find(string? configured) => configured is { Length: > 0 }
        ? File.Exists(configured) ? configured : null
        : Usual.Append(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.Fonts), "arial.ttf")).FirstOrDefault(File.Exists);
}
