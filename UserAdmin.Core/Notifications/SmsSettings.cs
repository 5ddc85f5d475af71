using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Notifications;

/// <summary>Section <c>UserAdmin:Sms</c>: an account at Twilio or at something that speaks its language. Without one short messages wait, or go to the mail folder.</summary>
public sealed class SmsSettings : IValidatableObject
{
    [PlainText(100)]
    public string AccountSid { get; set; } = "";

    public string AuthToken { get; set; } = "";

    /// <summary>The number messages come from (+15005550006), a sender name, or the id of a messaging service (MG...).</summary>
    [PlainText(100)]
    public string From { get; set; } = "";

    [CustomValidation(typeof(SmsSettings), nameof(CheckBaseUrl))]
    public string BaseUrl { get; set; } = "https://api.twilio.com";

    public bool IsConfigured => AccountSid.Length > 0;

    public static ValidationResult? CheckBaseUrl(string baseUrl) =>
        Uri.TryCreate(baseUrl, UriKind.Absolute, out var address) && (address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback))
            ? ValidationResult.Success
            : new("must be an https address; http is for this machine only");

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AccountSid.Length > 0 && AuthToken.Length == 0)
            yield return new("must be set together with AccountSid", [nameof(AuthToken)]);
        if (AccountSid.Length > 0 && From.Length == 0)
            yield return new("must be set together with AccountSid", [nameof(From)]);
    }
}
