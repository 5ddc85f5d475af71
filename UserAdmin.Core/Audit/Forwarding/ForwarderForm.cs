using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Audit.Forwarding;

/// <summary>What somebody says about a system that gets the events.</summary>
public sealed class ForwarderForm : IValidatableObject
{
    private const int ShortestKey = 16, LongestSecret = 500;

    public ForwarderKind Kind { get; set; } = ForwarderKind.Webhook;

    [PlainText(100)]
    public string Name { get; set; } = "";

    [PlainText(400)]
    public string Address { get; set; } = "";

    /// <summary>Empty leaves the one that is kept.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Also what was sealed before today.</summary>
    public bool FromBeginning { get; set; }

    /// <summary>A new one needs its secret.</summary>
    internal bool HasSecret { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Name))
            yield return new("Give it a name, so that people know where events go.", [nameof(Name)]);
        if (!Enum.IsDefined(Kind))
            yield return new("Choose one of them.", [nameof(Kind)]);
        if (Normalized() is null)
            yield return new(Kind == ForwarderKind.Syslog ? "This is not an address like tls://log.example.org:6514." : "This is not an address like https://collector.example.org/path.", [nameof(Address)]);
        if (Secret.Length > LongestSecret || Secret.Any(c => c is < ' ' or > '~'))
            yield return new($"It can have {LongestSecret} characters at most, all of plain ASCII.", [nameof(Secret)]);
        if (Kind == ForwarderKind.Webhook && (Secret.Length > 0 ? Secret.Length < ShortestKey : !HasSecret))
            yield return new($"A webhook is signed with a key of {ShortestKey} characters or more.", [nameof(Secret)]);
    }

    /// <summary>The address as it is kept; null when it is none.</summary>
    public string? Normalized()
    {
        if (!Uri.TryCreate(Address.Trim(), UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.UserInfo.Length > 0)
            return null;
        if (Kind == ForwarderKind.Syslog)
            return uri.Scheme is "tls" or "tcp" && uri.AbsolutePath is "" or "/" && uri.Query.Length == 0 && IsFingerprint(uri)
                ? $"{uri.Scheme}://{(uri.HostNameType == UriHostNameType.IPv6 ? $"[{uri.IdnHost.Trim('[', ']')}]" : uri.IdnHost)}:{(uri.Port > 0 ? uri.Port : uri.Scheme == "tls" ? 6514 : 514)}{uri.Fragment}" : null;
        if (uri.Scheme is not ("https" or "http") || uri.Fragment.Length > 0)
            return null;
        return Kind == ForwarderKind.Otlp && uri is { AbsolutePath: "/", Query: "" } ? new Uri(uri, "/v1/logs").AbsoluteUri : uri.AbsoluteUri;
    }

    private static bool IsFingerprint(Uri uri) =>
        uri.Fragment.Length == 0 || (uri.Scheme == "tls" && uri.Fragment[1..].Replace(":", "", StringComparison.Ordinal) is { Length: 64 } hex && hex.All(char.IsAsciiHexDigit));
}
