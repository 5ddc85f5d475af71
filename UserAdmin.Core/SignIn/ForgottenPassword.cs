using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

public sealed class MailboxForm
{
    [Required(ErrorMessage = "Enter your email address."), Email]
    public string Email { get; set; } = "";
}

/// <summary>Mails a link for a new password to whoever asks for one and has an account. The answer and its time are the same for everybody (A05, A06).</summary>
public sealed class ForgottenPassword(
    UserAdminDbContext db, LinkMail mail, Allowance allowance, ILookupNormalizer normalizer, IOptions<SignInSettings> options, TimeProvider clock)
{
    public static readonly Problem TooMany = new(ProblemKind.Busy, "requests.too_many", "Too many requests came from your network. Try again in an hour.");

    /// <summary>Problem: <c>requests.too_many</c>, which depends on the network alone.</summary>
    public async Task<Result> RequestAsync(MailboxForm form, SignInOrigin origin, CancellationToken cancel) =>
        !await allowance.TakeAsync($"ask:{SignInGuard.KeyOfAddress(origin.Address)}", options.Value.RequestsPerAddress, cancel)
            ? TooMany
            : await EvenTime.SpendAsync(() => SendAsync(normalizer.NormalizeEmail(form.Email)!, origin, cancel), cancel);

    private async Task<Result> SendAsync(string email, SignInOrigin origin, CancellationToken cancel)
    {
        if (!await allowance.TakeAsync(SignInGuard.KeyOfMailbox("forgot", email), options.Value.MailsPerMailbox, cancel))
            return Result.Ok;

        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            // Somebody whom wrong passwords keep out gets the link all the same (A07); somebody whom an administrator keeps out doesn't.
            var user = await db.Users.AsNoTracking().WithStatus(UserStatus.Active, now).SingleOrDefaultAsync(u => u.NormalizedEmail == email, cancel);
            if (user is null)
                return Result.Ok;
            await mail.SendResetAsync(user, user.Email!, origin.CorrelationId, cancel);
            db.Record(AuditAction.PasswordResetRequested, origin.Somebody, user, now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }
}
