using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.SignIn;

/// <summary>Section <c>UserAdmin:Turnstile</c>. On when both keys are set; then signing in, registering and resetting ask for a human.</summary>
public sealed class TurnstileSettings
{
    public string SiteKey { get; set; } = "";
    public string SecretKey { get; set; } = "";

    [CustomValidation(typeof(TurnstileSettings), nameof(CheckAddress))]
    public string VerifyUrl { get; set; } = "https://challenges.cloudflare.com/turnstile/v0/siteverify";

    [CustomValidation(typeof(TurnstileSettings), nameof(CheckAddress))]
    public string ScriptUrl { get; set; } = "https://challenges.cloudflare.com/turnstile/v0/api.js";

    public static ValidationResult? CheckAddress(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && ExternalSignIn.ExternalProvider.IsSafe(address) ? ValidationResult.Success : new("must be an https address");
}
