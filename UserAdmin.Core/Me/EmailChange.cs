using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Me;

public sealed class EmailChangeForm
{
    [Display(Name = "New email address"), Required(ErrorMessage = "Enter an email address."), Email]
    public string Email { get; set; } = "";
}

/// <summary>
/// Lets people move to another email address: asked for after a fresh sign-in, and true only once the new mailbox confirmed it. Nobody learns
/// here whether an address has an account; its owner gets another mail.
/// </summary>
public sealed class EmailChange(
    UserAdminDbContext db, OneTimeTokens tokens, Outbox outbox, Notices notices, Allowance allowance, PublicAddress address, ILookupNormalizer normalizer, TimeProvider clock)
{
    public static readonly TimeSpan LinkLife = TimeSpan.FromHours(24);

    private const int MostPerHour = 5;

    private static readonly Problem SameAddress = new(ProblemKind.Invalid, "email_change.same", "This is your address already.", nameof(EmailChangeForm.Email));
    private static readonly Problem NotAnAddress = new(ProblemKind.Invalid, "email_change.not_an_address", "This is not an email address like name@example.org.", nameof(EmailChangeForm.Email));
    private static readonly Problem TooMany = new(ProblemKind.Busy, "email_change.too_many", "You asked for this too often. Try again in an hour.");

    /// <summary>The new address that waits for its confirmation, or null.</summary>
    public async Task<string?> FindWaitingAsync(Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return await db.OneTimeTokens.Where(t => t.UserId == actor.UserId && t.Purpose == OneTimePurpose.EmailChange && t.ExpiresAt > now).Select(t => t.Subject).SingleOrDefaultAsync(cancel);
    }

    /// <summary>Mails the link to the new address and a warning to the old one. The answer is the same, and as late, when the address is taken.</summary>
    public async Task<Result> AskAsync(EmailChangeForm form, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        var email = Text.Compose(form.Email);
        if (!EmailAttribute.IsAddress(email))
            return NotAnAddress;
        if (actor.UserId is not { } userId)
            return UserProblems.NotAllowed;
        if (actor.NeedsStepUpAt(clock.GetUtcNow()))
            return StepUp.Needed;
        if (!await allowance.TakeAsync($"email-change:{userId}", MostPerHour, cancel))
            return TooMany;
        return await EvenTime.SpendAsync(() => db.WriteAsync(() => AskInTransactionAsync(userId, email, actor, cancel), cancel), cancel);
    }

    /// <summary>Makes the mailed link worthless.</summary>
    public async Task<Result> WithdrawAsync(Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        return await db.WriteAsync(async () =>
        {
            await db.OneTimeTokens.Where(t => t.UserId == actor.UserId && t.Purpose == OneTimePurpose.EmailChange).ExecuteDeleteAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    private async Task<Result> AskInTransactionAsync(Guid userId, string email, Actor actor, CancellationToken cancel)
    {
        var user = await db.Users.Existing().AsNoTracking().SingleAsync(u => u.Id == userId, cancel);
        var normalized = normalizer.NormalizeEmail(email)!;
        if (normalized == user.NormalizedEmail)
            return SameAddress;

        var secret = await tokens.IssueAsync(userId, OneTimePurpose.EmailChange, LinkLife, cancel, email);
        var owner = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.NormalizedEmail == normalized, cancel);
        if (owner is null)
            await outbox.AddAsync(MailKind.EmailChange, await outbox.RecipientAsync(user, cancel) with { Address = email }, actor.CorrelationId, cancel,
                ("link", address.Link($"/account/confirm-email-change/{secret}")), ("hours", $"{LinkLife.TotalHours}"));
        else
            await outbox.AddAsync(MailKind.AddressWanted, await outbox.RecipientAsync(owner, cancel), actor.CorrelationId, cancel);
        await notices.SendAsync(user, "Somebody asked to change your email address to {0}", actor, cancel, email);
        db.Record(AuditAction.EmailChangeAsked, actor, user, clock.GetUtcNow(), [new("NewEmail", null, email)]);
        await db.SaveChangesAsync(cancel);
        return Result.Ok;
    }
}
