using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.ExternalSignIn;

/// <summary>Section <c>UserAdmin:ExternalSignIn</c>: the OpenID Connect providers people may sign in with. None by default.</summary>
public sealed class ExternalSignInSettings
{
    /// <summary>By their keys, which are part of addresses: letters, digits and hyphens, in small letters there.</summary>
    public Dictionary<string, ExternalProvider> Providers { get; set; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Section <c>UserAdmin:ExternalSignIn:Providers:KEY</c>.</summary>
public sealed class ExternalProvider
{
    /// <summary>What the button says: "Continue with NAME".</summary>
    [Required(ErrorMessage = "must not be empty"), StringLength(60, ErrorMessage = "must have 60 characters at most")]
    public string Name { get; set; } = "";

    /// <summary>The issuer; /.well-known/openid-configuration is read below it.</summary>
    [Required(ErrorMessage = "must not be empty"), CustomValidation(typeof(ExternalProvider), nameof(CheckAuthority))]
    public string Authority { get; set; } = "";

    [Required(ErrorMessage = "must not be empty")]
    public string ClientId { get; set; } = "";

    [Required(ErrorMessage = "must not be empty")]
    public string ClientSecret { get; set; } = "";

    [CustomValidation(typeof(ExternalProvider), nameof(CheckScopes))]
    public string Scopes { get; set; } = "openid email profile";

    /// <summary>Makes an account for somebody new when the provider confirmed the email address and registration is open or they are invited.</summary>
    public bool AutoRegister { get; set; }

    /// <summary>Plain HTTP only to this machine, where nobody can listen in.</summary>
    public static bool IsSafe(Uri address) => address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp && address.IsLoopback;

    public static ValidationResult? CheckAuthority(string? authority) =>
        Uri.TryCreate(authority, UriKind.Absolute, out var address) && IsSafe(address) && address.Query.Length == 0 && address.Fragment.Length == 0
            ? ValidationResult.Success
            : new("must be an https address");

    public static ValidationResult? CheckScopes(string? scopes) =>
        (scopes ?? "").Split(' ').Contains("openid") ? ValidationResult.Success : new("must contain openid");
}
