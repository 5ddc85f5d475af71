using System.Globalization;
using System.Resources;

namespace UserAdmin.Core.Common;

/// <summary>
/// The words of the portal in the reader's language. The English sentence is the key; Words.LANGUAGE.resx has the others.
/// What has no translation stays English.
/// </summary>
public static class Words
{
    private static readonly ResourceManager Resources = new("UserAdmin.Core.Common.Words", typeof(Words).Assembly);

    /// <summary>The languages there are, by their codes and their own names.</summary>
    public static IReadOnlyList<(string Code, string Name)> Languages { get; } = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español")];

    public static string T(string english) => Resources.GetString(english, CultureInfo.CurrentUICulture) ?? english;

    /// <summary>With values in place of {0}, {1} and so on.</summary>
    public static string T(string english, params object?[] values) => string.Format(CultureInfo.CurrentCulture, T(english), values);

    /// <summary>In a language that is not the current reader's: for what is sent to somebody.</summary>
    public static string In(string language, string english, params object?[] values)
    {
        var culture = CultureInfo.GetCultureInfo(language);
        return string.Format(culture, Resources.GetString(english, culture) ?? english, values);
    }
}
