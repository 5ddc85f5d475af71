using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>Mails the link with which the owner of a new account chooses the first password. Without a way to send mail nothing is made.</summary>
public sealed class ActivationMail(
    OneTimeTokens tokens, Outbox outbox, PublicAddress address, IOptions<MailSettings> mail, IOptions<SignInSettings> signIn)
{
    public bool IsPossible => mail.Value.IsConfigured;

    /// <summary>Adds a link and its mail to what the next save writes.</summary>
    public async Task AddAsync(User user, Actor actor, CancellationToken cancel)
    {
        var hours = signIn.Value.ActivationHours;
        var secret = await tokens.IssueAsync(user.Id, OneTimePurpose.Activation, TimeSpan.FromHours(hours), cancel);
        await outbox.AddAsync(
            MailKind.Activation, await outbox.RecipientAsync(user, cancel), actor.CorrelationId, cancel,
            ("link", address.Link($"/account/activate/{secret}")), ("hours", $"{hours}"));
    }
}
