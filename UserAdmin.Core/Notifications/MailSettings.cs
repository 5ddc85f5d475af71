using System.ComponentModel.DataAnnotations;
using System.Net;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Notifications;

public enum MailSecurity { StartTls, None }

/// <summary>Section <c>UserAdmin:Mail</c>: the server that takes our mail. Without a host or a folder messages wait in the outbox.</summary>
public sealed class MailSettings : IValidatableObject
{
    [PlainText(255)]
    public string Host { get; set; } = "";

    [Range(1, 65535, ErrorMessage = "must be 1 to 65535")]
    public int Port { get; set; } = 587;

    /// <summary>With StartTls nothing is sent before the connection is encrypted and the server's certificate is found valid for its name.</summary>
    [EnumDataType(typeof(MailSecurity), ErrorMessage = "must be StartTls or None")]
    public MailSecurity Security { get; set; } = MailSecurity.StartTls;

    public string UserName { get; set; } = "";
    public string Password { get; set; } = "";

    [CustomValidation(typeof(MailSettings), nameof(CheckFrom))]
    public string From { get; set; } = "";

    [PlainText(100)]
    public string FromName { get; set; } = MailTemplates.Portal;

    /// <summary>Mail is written into this folder instead of being sent.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Whether this server sends what waits. With several servers on one database some may leave it to the others.</summary>
    public bool Dispatch { get; set; } = true;

    public bool IsConfigured => Host.Length > 0 || Folder.Length > 0;

    /// <summary>Encryption is off although the server is not this machine.</summary>
    public bool IsInTheClear => Host.Length > 0 && Folder.Length == 0 && Security == MailSecurity.None && !IsLoopback(Host);

    public static ValidationResult? CheckFrom(string from) =>
        from.Length == 0 || EmailAttribute.IsAddress(from) ? ValidationResult.Success : new("must be an email address like portal@example.org");

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Host.Length > 0 && From.Length == 0)
            yield return new("must be set when there is a host: mails need a sender", [nameof(From)]);
        if (Host.Length > 0 && Port == 465)
            yield return new("must not be 465: connections that start encrypted can't be made; most servers offer STARTTLS at 587", [nameof(Port)]);
        if (IsInTheClear && Password.Length > 0)
            yield return new("must be StartTls when there is a password: it would cross the network readably", [nameof(Security)]);
    }

    internal static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
