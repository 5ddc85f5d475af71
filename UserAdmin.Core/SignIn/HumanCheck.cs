using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.SignIn;

/// <summary>Asks Cloudflare Turnstile whether a form was sent by a human (A11). Off unless configured; when it is on and can't be asked, nobody passes.</summary>
public sealed partial class HumanCheck(IOptions<TurnstileSettings> options, IHttpClientFactory http, ILogger<HumanCheck> log)
{
    /// <summary>The name of the HTTP client: no redirects, five seconds.</summary>
    public const string HttpName = "HumanCheck";

    /// <summary>The field that the script adds to the form.</summary>
    public const string FieldName = "cf-turnstile-response";

    private const int LongestToken = 2048;

    public static readonly Problem Failed = new(ProblemKind.Invalid, "human.failed", "We couldn't make sure that you are human. Wait until the check below is done, then try again.");

    /// <summary>For programs, which have to be told that there is a check.</summary>
    public static readonly Problem Required = new(ProblemKind.NotAllowed, "human_check.required", "Show that you are human first: solve the check and send its token along.");

    public static readonly Problem Unavailable = new(ProblemKind.Busy, "human.unavailable", "The check that you are human doesn't answer at this moment. Try again in a minute.");

    public bool IsOn => Settings is { SiteKey.Length: > 0, SecretKey.Length: > 0 };

    public string SiteKey => Settings.SiteKey;

    public Uri Script => new(Settings.ScriptUrl);

    private TurnstileSettings Settings => options.Value;

    /// <summary>Null when the token proves a human, or when the check is off. A token proves that once.</summary>
    public async Task<Problem?> RefuseAsync(string? token, string? address, CancellationToken cancel)
    {
        if (!IsOn)
            return null;
        if (string.IsNullOrEmpty(token) || token.Length > LongestToken)
            return Failed;

        var fields = new Dictionary<string, string> { ["secret"] = Settings.SecretKey, ["response"] = token };
        if (address is not null)
            fields["remoteip"] = address;
        try
        {
            using var client = http.CreateClient(HttpName);
            using var content = new FormUrlEncodedContent(fields);
            using var response = await client.PostAsync(new Uri(Settings.VerifyUrl), content, cancel);
            var answer = JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(cancel));
            if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("success", out var success) && success.ValueKind is JsonValueKind.True or JsonValueKind.False)
                return success.GetBoolean() ? null : Refused(answer);
            LogUnusable(response.StatusCode.ToString());
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException || failure is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            LogUnusable(failure.Message);
        }
        return Unavailable;
    }

    private Problem Refused(JsonElement answer)
    {
        var codes = answer.TryGetProperty("error-codes", out var list) ? list.ToString() : "";

        // A wrong secret is the operator's to mend: everybody is refused until then.
        if (codes.Contains("secret", StringComparison.Ordinal))
            LogUnusable(codes);
        return Failed;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The human check (Turnstile) can't be used, so everybody is refused: {Failure}")]
    private partial void LogUnusable(string failure);
}
