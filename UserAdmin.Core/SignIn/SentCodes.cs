using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>Where a code could be sent, as much of it as may be shown to whoever knows the password only.</summary>
public sealed record CodeTargets(string? Email, string? Phone);

/// <summary>Codes for the second step by mail and SMS (M3), as far as the policy allows these weaker ways. Each belongs to one half-open sign-in.</summary>
public sealed class SentCodes(UserAdminDbContext db, Policies policies, Outbox outbox, Allowance allowance, TimeProvider clock)
{
    private const int PerHour = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(60);

    public static readonly Problem NotPossible = new(ProblemKind.NotAllowed, "sent_code.not_possible", "Codes can't be sent this way. Choose another one.");

    public static readonly Problem TooSoon = new(ProblemKind.Busy, "sent_code.too_soon", "A code was just sent. Wait a minute before asking for another.");

    public static readonly Problem Enough = new(ProblemKind.Busy, "sent_code.enough", "Enough codes were sent for now. Try again in an hour, or choose another way.");

    public async Task<CodeTargets> TargetsOfAsync(User user, CancellationToken cancel)
    {
        var policy = await policies.GetAsync<SecondFactorPolicy>(cancel);
        return new(
            policy.AllowsEmail ? Mask(user.Email!) : null,
            policy.AllowsSms && user is { PhoneNumberConfirmed: true, PhoneNumber.Length: > 4 } ? $"•••{user.PhoneNumber[^2..]}" : null);
    }

    /// <summary>Sends a new code; an older one of this sign-in stops working.</summary>
    internal async Task<Result> SendAsync(PendingSignIn pending, Channel channel, string? correlationId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == pending.UserId, cancel);
        var targets = await TargetsOfAsync(user, cancel);
        if ((channel == Channel.Email ? targets.Email : targets.Phone) is null)
            return NotPossible;
        if (pending.CodeSentAt + Pause > now)
            return TooSoon;
        if (!await allowance.TakeAsync($"sign-in-code:{user.Id}", PerHour, cancel))
            return Enough;

        var code = RandomNumberGenerator.GetString("0123456789", 6);
        var (hash, minutes) = (HashOf(pending, channel, code), $"{Math.Max(1, (int)(pending.ExpiresAt - now).TotalMinutes)}");
        return await db.WriteAsync(async () =>
        {
            var written = await db.PendingSignIns.Where(p => p.Id == pending.Id && p.CodeSentAt == pending.CodeSentAt)
                .ExecuteUpdateAsync(row => row.SetProperty(p => p.CodeHash, hash).SetProperty(p => p.CodeSentAt, now), cancel);
            if (written == 0)
                return TooSoon;
            if (channel == Channel.Email)
                await outbox.AddAsync(MailKind.SignInCode, await outbox.RecipientAsync(user, cancel), correlationId, cancel, ("code", code), ("minutes", minutes));
            else
                await outbox.AddSmsAsync(MailKind.SignInCode, user, user.PhoneNumber!, correlationId, cancel, ("code", code), ("minutes", minutes));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>Uses the code up, in the caller's transaction.</summary>
    internal async Task<bool> SpendAsync(PendingSignIn pending, Channel channel, string code, CancellationToken cancel)
    {
        var hash = HashOf(pending, channel, SecondFactors.Clean(code));
        return await db.PendingSignIns.Where(p => p.Id == pending.Id && p.CodeHash == hash)
            .ExecuteUpdateAsync(row => row.SetProperty(p => p.CodeHash, (byte[]?)null), cancel) == 1;
    }

    private static byte[] HashOf(PendingSignIn pending, Channel channel, string code) => SessionKey.Hash($"{pending.Id}:{channel}:{code}");

    private static string Mask(string email) => $"{email[..1]}•••{email[email.IndexOf('@')..]}";
}
