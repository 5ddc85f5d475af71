using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Registration;

public sealed class ConfirmationForm
{
    public string Password { get; set; } = "";
}

/// <summary>Opens a new account once its owner has shown that the mailbox is theirs, and sends the link for that again (A05, A12).</summary>
public sealed class EmailConfirmation(
    UserAdminDbContext db, OneTimeTokens tokens, LinkMail mail, Allowance allowance, PasswordHashing hashing, SignInGuard guard, ILookupNormalizer normalizer,
    IOptions<SignInSettings> options, TimeProvider clock)
{
    public static readonly Problem LinkDead = new(ProblemKind.NotFound, "confirmation.link_dead",
        "This link has been used, replaced by a newer one or is too old. Ask for a new one.");

    private static readonly Problem WrongPassword = new(ProblemKind.Invalid, "confirmation.wrong_password",
        "This is not the password that was chosen at the registration. If you don't know it, register again: the newest registration counts.", nameof(ConfirmationForm.Password));

    private static readonly Problem Paused = new(ProblemKind.Busy, "confirmation.paused", "The password was wrong too often. Try again in some minutes, or register again.");

    /// <summary>The address that would be confirmed, or null when the link doesn't work any more.</summary>
    public async Task<string?> FindEmailAsync(string secret, CancellationToken cancel) => (await FindAsync(secret, cancel))?.User.Email;

    /// <summary>
    /// Asks for the password as well: otherwise somebody could register with a stranger's address, wait until the stranger follows the
    /// link out of curiosity, and share the account with them.
    /// </summary>
    public async Task<Result> ConfirmAsync(string secret, ConfirmationForm form, SignInOrigin origin, CancellationToken cancel)
    {
        if (await FindAsync(secret, cancel) is not { } found)
            return LinkDead;
        if (hashing.IsOverloaded)
            return SignInService.Busy;
        var (token, owner) = found;
        if (!await guard.TakeAloneAsync(SignInGuard.KeyOfUser(owner.Id), owner.Id, cancel))
            return Paused;
        if (await hashing.VerifyAsync(owner.PasswordHash, form.Password, cancel) == PasswordVerificationResult.Failed)
            return WrongPassword;

        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            if (!await tokens.SpendAsync(token, cancel)
                || await db.Users.SingleOrDefaultAsync(u => u.Id == owner.Id && u.PasswordHash == owner.PasswordHash && u.ActivatedAt == null, cancel) is not { } user)
                return LinkDead;
            (user.EmailConfirmed, user.ActivatedAt, user.UpdatedAt, user.ConcurrencyStamp) = (true, now, now, Guid.NewGuid().ToString("N"));
            await guard.ForgetAllAsync(user.Id, cancel);
            db.Record(AuditAction.EmailConfirmed, origin.Somebody, user, now, FieldChange.Of(db.Entry(user)));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>Sends the link again where there is something to confirm. The answer and its time are the same for everybody.</summary>
    public async Task<Result> ResendAsync(MailboxForm form, SignInOrigin origin, CancellationToken cancel) =>
        !await allowance.TakeAsync($"ask:{SignInGuard.KeyOfAddress(origin.Address)}", options.Value.RequestsPerAddress, cancel)
            ? ForgottenPassword.TooMany
            : await EvenTime.SpendAsync(() => SendAsync(normalizer.NormalizeEmail(form.Email)!, origin, cancel), cancel);

    private async Task<Result> SendAsync(string email, SignInOrigin origin, CancellationToken cancel)
    {
        if (!await allowance.TakeAsync(SignInGuard.KeyOfMailbox("register", email), options.Value.MailsPerMailbox, cancel))
            return Result.Ok;
        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            if (await Waiting(now).AsNoTracking().SingleOrDefaultAsync(u => u.NormalizedEmail == email, cancel) is not { } user)
                return Result.Ok;
            await mail.SendConfirmationAsync(user, origin.CorrelationId, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    private async Task<(OneTimeToken Token, User User)?> FindAsync(string secret, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return await tokens.FindAsync(secret, OneTimePurpose.EmailConfirmation, cancel) is { } token
            && await Waiting(now).AsNoTracking().SingleOrDefaultAsync(u => u.Id == token.UserId, cancel) is { } user
                ? (token, user)
                : null;
    }

    // Accounts that an administrator made have no password yet: they are opened by an activation link.
    private IQueryable<User> Waiting(DateTimeOffset now) =>
        db.Users.WithStatus(UserStatus.Pending, now).Where(u => !u.EmailConfirmed && u.PasswordHash != null);
}
