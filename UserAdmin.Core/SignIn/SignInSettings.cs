using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.SignIn;

/// <summary>Section <c>UserAdmin:SignIn</c>. Wrong passwords pause an account or a known device; the pause doubles up to an hour.</summary>
public sealed class SignInSettings
{
    /// <summary>Attempts in a row before an account pauses (MAX_LOGIN_ATTEMPTS in other products).</summary>
    [Range(3, 10, ErrorMessage = "must be 3 to 10")]
    public int MaxAttempts { get; set; } = 5;

    [Range(1, 60, ErrorMessage = "must be 1 to 60 minutes")]
    public int PauseMinutes { get; set; } = 5;

    /// <summary>Attempts in a row after which only an administrator or a reset opens the account again (NIST SP 800-63B-4, 3.2.2).</summary>
    [Range(10, 100, ErrorMessage = "must be 10 to 100")]
    public int HardLimit { get; set; } = 100;

    /// <summary>Failures from one address in ten minutes before that address has to wait.</summary>
    [Range(5, 1000, ErrorMessage = "must be 5 to 1000")]
    public int MaxPerAddress { get; set; } = 20;

    [Range(1, 72, ErrorMessage = "must be 1 to 72 hours")]
    public int ActivationHours { get; set; } = 24;

    /// <summary>Hours in which a new email address can be confirmed.</summary>
    [Range(1, 24, ErrorMessage = "must be 1 to 24 hours")]
    public int ConfirmationHours { get; set; } = 24;

    /// <summary>Minutes in which a forgotten password can be replaced by the link that was mailed.</summary>
    [Range(5, 60, ErrorMessage = "must be 5 to 60 minutes")]
    public int ResetMinutes { get; set; } = 60;

    /// <summary>Registrations and mails that one network address may ask for in an hour.</summary>
    [Range(3, 1000, ErrorMessage = "must be 3 to 1000")]
    public int RequestsPerAddress { get; set; } = 20;

    /// <summary>Mails of one kind that strangers can have sent to one mailbox in an hour.</summary>
    [Range(1, 20, ErrorMessage = "must be 1 to 20")]
    public int MailsPerMailbox { get; set; } = 3;
}

/// <summary>Section <c>UserAdmin:Passwords</c>.</summary>
public sealed class PasswordSettings
{
    /// <summary>Unicode code points; the only rule of composition (ASVS 6.2.1, 6.2.5).</summary>
    [Range(15, 64, ErrorMessage = "must be 15 to 64 characters")]
    public int MinimumLength { get; set; } = 15;

    /// <summary>For people who have a second factor (A02).</summary>
    [Range(8, 64, ErrorMessage = "must be 8 to 64 characters")]
    public int MinimumLengthWithSecondFactor { get; set; } = 8;

    /// <summary>Rounds of PBKDF2-HMAC-SHA512 (ASVS 11.4.2). Weaker hashes are upgraded at the next sign-in.</summary>
    [Range(210_000, 10_000_000, ErrorMessage = "must be 210000 or more")]
    public int HashRounds { get; set; } = 210_000;
}
