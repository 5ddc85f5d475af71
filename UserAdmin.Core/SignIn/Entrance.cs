using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>What the browser must keep: the session's key and the mark of a known device.</summary>
public sealed record SignedIn(string SessionKey, DateTimeOffset ExpiresAt, string DeviceCookie, bool IsPersistent)
{
    public Guid SessionId { get; init; }

    public Guid UserId { get; init; }

    /// <summary>How the person wants to see the portal, as <see cref="Me.DisplayPreferences"/> writes it.</summary>
    public string? Display { get; init; }
}

/// <summary>Where a proven first factor leads: into the portal, or to the second step, whose cookie holds <paramref name="PendingKey"/>.</summary>
public sealed record Entry(SignedIn? SignedIn, string? PendingKey);

/// <summary>
/// The one door behind every way to sign in: password, passkey, external provider. Whoever comes here has proven a first factor;
/// the account's state, the second factor and the limits are judged here, for all of them alike (A15).
/// </summary>
public sealed class Entrance(UserAdminDbContext db, SessionOpening opening, SignInRisk risks, RememberedDevices remembered, Notices notices, TimeProvider clock)
{
    /// <summary>A passkey whose owner was verified by the device: two factors in one.</summary>
    public const string PasskeyMethod = "hwk user";

    private static readonly TimeSpan SecondStepLimit = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Opens a session, or the second step for somebody who has a second factor, in one transaction with <paramref name="together"/>,
    /// what the way in has to write when it succeeds. <paramref name="method"/> is how the first factor was given, in the words of
    /// RFC 8176. Problem: <c>sign_in.refused</c>.
    /// </summary>
    public async Task<Result<Entry>> EnterAsync(
        Guid userId, string method, SignInOrigin origin, bool persistent, Func<Task> together, CancellationToken cancel)
    {
        Opened? opened = null;
        string? pendingKey = null;
        (User User, Risk Risk)? blocked = null;
        var now = clock.GetUtcNow();
        var result = await db.WriteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancel);

            // Somebody may have deactivated the account while the first factor was proven.
            if (user.StatusAt(now) != UserStatus.Active)
                return SignInService.Refused;

            var risk = await risks.AssessAsync(user, origin, cancel);
            if (risk.IsRefused)
            {
                blocked = (user, risk);
                return SignInService.Refused;
            }
            await together();
            if (await NeedsSecondStepAsync(user, method, risk, origin, cancel))
                pendingKey = await AskSecondFactorAsync(userId, method, origin, persistent, risk, now, cancel);
            else
                opened = await opening.OpenAsync(user, method, origin, persistent, risk, now, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (blocked is var (owner, why))
            await RecordBlockedAsync(owner, why, origin, now, cancel);
        if (!result.Succeeded)
            return result.Problem;
        opening.Announce(opened);
        return new Entry(opened?.SignedIn, pendingKey);
    }

    /// <summary>
    /// Goes on with a sign-in whose second factor <paramref name="prove"/> judges, in the transaction that opens the session and uses the
    /// half-open sign-in up. Problems: what <paramref name="prove"/> returns, <c>sign_in.refused</c>, <c>second_step.over</c>.
    /// </summary>
    internal async Task<Result<Entry>> FinishAsync(
        PendingSignIn pending, string method, bool remember, SignInOrigin origin, Func<Task<Problem?>> prove, CancellationToken cancel)
    {
        Opened? opened = null;
        var now = clock.GetUtcNow();
        var result = await db.WriteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == pending.UserId, cancel);
            if (user.StatusAt(now) != UserStatus.Active)
                return SignInService.Refused;
            if (await prove() is { } problem)
                return problem;
            if (await db.PendingSignIns.Where(p => p.Id == pending.Id).ExecuteDeleteAsync(cancel) == 0)
                return SecondStep.Over;

            opened = await opening.OpenAsync(user, $"{pending.Method} {method}", origin, pending.IsPersistent, Risk.Of(pending), now, cancel);
            if (remember && await remembered.DaysAsync(user.Id, cancel) is > 0 and var days)
                opened.Device.RememberedUntil = now.AddDays(days);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (!result.Succeeded)
            return result.Problem;
        opening.Announce(opened);
        return new Entry(opened!.SignedIn, null);
    }

    private async Task<bool> NeedsSecondStepAsync(User user, string method, Risk risk, SignInOrigin origin, CancellationToken cancel) =>
        user.TwoFactorEnabled && method != PasskeyMethod && (risk.RequiresSecondFactor || !await remembered.KnowAsync(user.Id, origin, cancel));

    private async Task<string> AskSecondFactorAsync(
        Guid userId, string method, SignInOrigin origin, bool persistent, Risk risk, DateTimeOffset now, CancellationToken cancel)
    {
        await db.PendingSignIns.Where(p => p.ExpiresAt <= now).ExecuteDeleteAsync(cancel);
        var key = SessionKey.Create();
        db.PendingSignIns.Add(new()
        {
            UserId = userId,
            KeyHash = SessionKey.Hash(key),
            Address = origin.Address,
            UserAgent = Text.ShortenToNull(origin.UserAgent, 400),
            IsPersistent = persistent,
            Method = method,
            RiskScore = risk.Score,
            RiskReasons = Text.ShortenToNull(risk.Words, 500),
            CreatedAt = now,
            ExpiresAt = now + SecondStepLimit,
        });
        return key;
    }

    private async Task RecordBlockedAsync(User user, Risk risk, SignInOrigin origin, DateTimeOffset now, CancellationToken cancel)
    {
        var stranger = Actor.Anonymous with { Address = origin.Address, CorrelationId = origin.CorrelationId };
        db.ChangeTracker.Clear();
        db.Record(AuditAction.SignInFailed, stranger, user, now, reason: $"Looked suspicious: {risk.Words?.ReplaceLineEndings("; ")}", outcome: AuditOutcome.Failure);
        await notices.SendAsync(user, "A sign-in on {0} was refused because it looked suspicious", stranger, cancel, UserAgentName.Of(origin.UserAgent));
        await db.SaveChangesAsync(cancel);
    }
}
