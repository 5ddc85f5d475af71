using System.Globalization;
using System.Text.RegularExpressions;
using UserAdmin.Core.Common;
using static UserAdmin.Core.Common.Words;

namespace UserAdmin.Core.CustomFields;

/// <summary>What the value of a field may be. The one place that reads what somebody typed, whatever page or file it comes from.</summary>
public static class CustomFieldRules
{
    public const string Yes = "yes";
    public const int Longest = 400;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>The value in its invariant form, null for none, or what is wrong with it in the reader's language.</summary>
    public static (string? Value, string? Wrong) Read(CustomField field, string? typed)
    {
        var text = Text.SqueezeToNull(typed);
        if (text is null || (field.Kind == CustomFieldKind.Flag && text != Yes))
            return (null, field.IsRequired ? T("This is needed.") : null);
        return field.Kind switch
        {
            CustomFieldKind.Number => ReadNumber(field, text),
            CustomFieldKind.Date => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? (text, null) : (null, T("This is not a day that can be used.")),
            CustomFieldKind.Choice => field.ChoiceList.Contains(text) ? (text, null) : (null, T("Choose one of the list.")),
            CustomFieldKind.Flag => (Yes, null),
            _ => ReadText(field, text),
        };
    }

    /// <summary>Whether text can be a pattern: one whose time grows with the length of the text and no faster, so that nobody can make it run for long.</summary>
    public static bool IsPattern(string pattern) => Compile(pattern) is not null;

    private static (string?, string?) ReadText(CustomField field, string text)
    {
        var length = Text.CodePoints(text);
        if (Text.HasHiddenCharacters(text, allowLineBreaks: false))
            return (null, T("This has a hidden character (a control or direction code). Type it again instead of pasting it."));
        if (length > Math.Min(field.Maximum ?? Longest, Longest))
            return (null, T("This can have {0} characters at most.", (int)Math.Min(field.Maximum ?? Longest, Longest)));
        if (length < field.Minimum)
            return (null, T("This needs {0} characters at least.", (int)field.Minimum));
        return field.Pattern is null || Matches(field.Pattern, text) ? (text, null) : (null, T("This doesn't have the form that is asked for."));
    }

    private static (string?, string?) ReadNumber(CustomField field, string text)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return (null, T("Enter a number like 12 or 12.5."));
        if (number < field.Minimum)
            return (null, T("This must be {0} at least.", Say(field.Minimum.Value)));
        return number > field.Maximum ? (null, T("This can be {0} at most.", Say(field.Maximum.Value))) : (Say(number), null);
    }

    private static bool Matches(string pattern, string text)
    {
        try
        {
            return Compile(pattern)?.IsMatch(text) == true;
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static Regex? Compile(string pattern)
    {
        try
        {
            return new($"^(?:{pattern})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string Say(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);
}
