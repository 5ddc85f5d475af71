using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Notifications;

/// <summary>Makes the links with which people get in, and mails them. Everything is added to what the next save writes, in the caller's transaction.</summary>
public sealed class LinkMail(Outbox outbox, OneTimeTokens tokens, PublicAddress address, IOptions<SignInSettings> options)
{
    /// <summary>Mails a link to choose a new password. It proves the mailbox it goes to.</summary>
    public async Task SendResetAsync(User user, string email, string? correlationId, CancellationToken cancel) =>
        await outbox.AddAsync(MailKind.PasswordReset, await RecipientAsync(user, cancel) with { Address = email }, correlationId, cancel,
            ("link", await MakeResetAsync(user.Id, email, cancel)), ("minutes", $"{options.Value.ResetMinutes}"));

    /// <summary>The same link for somebody to hand over. It proves no mailbox.</summary>
    public async Task<string> MakeResetAsync(Guid userId, string? email, CancellationToken cancel)
    {
        var secret = await tokens.IssueAsync(userId, OneTimePurpose.PasswordReset, TimeSpan.FromMinutes(options.Value.ResetMinutes), cancel, email);
        return address.Link($"/account/reset-password/{secret}");
    }

    public async Task SendConfirmationAsync(User user, string? correlationId, CancellationToken cancel)
    {
        var secret = await tokens.IssueAsync(user.Id, OneTimePurpose.EmailConfirmation, TimeSpan.FromHours(options.Value.ConfirmationHours), cancel, user.Email);
        await outbox.AddAsync(MailKind.ConfirmEmail, await RecipientAsync(user, cancel), correlationId, cancel,
            ("link", address.Link($"/account/confirm-email/{secret}")), ("hours", $"{options.Value.ConfirmationHours}"));
    }

    /// <summary>Tells the owner of an account that somebody, perhaps they, tried to register with its address.</summary>
    public async Task SendAccountExistsAsync(User user, string? correlationId, CancellationToken cancel) =>
        await outbox.AddAsync(MailKind.AccountExists, await RecipientAsync(user, cancel), correlationId, cancel, ("link", address.Link("/account/forgot-password")));

    private async Task<MailRecipient> RecipientAsync(User user, CancellationToken cancel) =>
        MailRecipient.Of(user, (await outbox.ReaderAsync(user.Id, cancel)).Language);
}
