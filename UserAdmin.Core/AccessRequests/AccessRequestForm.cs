using System.ComponentModel.DataAnnotations;
using System.Globalization;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.AccessRequests;

/// <summary>What somebody asks for.</summary>
public sealed class AccessRequestForm
{
    [Display(Name = "Role"), Required(ErrorMessage = "Choose a role.")]
    public Guid? RoleId { get; set; }

    /// <summary>One of their own organizations; null means everywhere.</summary>
    public Guid? OrganizationId { get; set; }

    /// <summary>For how many hours from the approval; null means without an end.</summary>
    public int? Hours { get; set; } = 24 * 7;

    [Display(Name = "The reason"), Required(ErrorMessage = "Say why, in a few words."), PlainText(500, AllowLineBreaks = true)]
    public string Reason { get; set; } = "";
}

/// <summary>How a request is decided.</summary>
public sealed class AccessDecisionForm
{
    /// <summary>For how many hours, no more than asked for; null means as asked.</summary>
    public int? Hours { get; set; }

    [Display(Name = "The reason"), PlainText(500, AllowLineBreaks = true)]
    public string Reason { get; set; } = "";
}

/// <summary>For how long a role can be asked for or given.</summary>
public static class AccessSpan
{
    public static IReadOnlyList<int> Hours { get; } = [1, 8, 24, 24 * 7, 24 * 30, 24 * 90, 24 * 365];

    /// <summary>In words, in this language or the current reader's.</summary>
    public static string Text(int? hours, string? language = null)
    {
        language ??= CultureInfo.CurrentUICulture.TwoLetterISOLanguageName;
        return hours switch
        {
            null => Words.In(language, "Without an end"),
            1 => Words.In(language, "1 hour"),
            24 => Words.In(language, "1 day"),
            { } many when many % 24 == 0 => Words.In(language, "{0} days", many / 24),
            { } many => Words.In(language, "{0} hours", many),
        };
    }
}
