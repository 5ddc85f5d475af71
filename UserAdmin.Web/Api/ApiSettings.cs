using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Web.Api;

/// <summary>Section <c>UserAdmin:Api</c>.</summary>
public sealed class ApiSettings
{
    /// <summary>Addresses of web applications whose scripts may use the API, separated by commas, such as https://app.example.org. None by default (F06).</summary>
    [CustomValidation(typeof(ApiSettings), nameof(CheckOrigins))]
    public string Origins { get; set; } = "";

    /// <summary>Serves the interactive documentation at /api/docs and the document behind it; left empty, only in Development (I04).</summary>
    public bool? Docs { get; set; }

    /// <summary>Requests of one person, with whatever tokens, in a minute.</summary>
    [Range(1, 1_000_000, ErrorMessage = "must be 1 to 1000000")]
    public int RequestsPerMinute { get; set; } = 600;

    /// <summary>Requests from one network address in a minute, whoever sends them.</summary>
    [Range(1, 10_000_000, ErrorMessage = "must be 1 to 10000000")]
    public int RequestsPerMinuteAndAddress { get; set; } = 3000;

    /// <summary>Sign-ins, registrations and the like from one network address in a minute (D10). New tokens for old ones don't count: nobody guesses those.</summary>
    [Range(1, 100_000, ErrorMessage = "must be 1 to 100000")]
    public int SignInsPerMinuteAndAddress { get; set; } = 10;

    internal static string[] OriginsIn(string? list) => (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public static ValidationResult? CheckOrigins(string? list) =>
        OriginsIn(list).All(origin => Uri.TryCreate(origin, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" && url.GetLeftPart(UriPartial.Authority) == origin)
            ? ValidationResult.Success : new("must be addresses like https://app.example.org, separated by commas and without a path");
}
