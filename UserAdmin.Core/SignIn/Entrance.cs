using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>What the browser must keep: the session's key and the mark of a known device.</summary>
public sealed record SignedIn(string SessionKey, DateTimeOffset ExpiresAt, string DeviceCookie, bool IsPersistent)
{
    /// <summary>How the person wants to see the portal, as <see cref="Me.DisplayPreferences"/> writes it.</summary>
    public string? Display { get; init; }
}

/// <summary>Where a proven first factor leads: into the portal, or to the second step, whose cookie holds <paramref name="PendingKey"/>.</summary>
public sealed record Entry(SignedIn? SignedIn, string? PendingKey);

/// <summary>
/// The one door behind every way to sign in: password, passkey, external provider. Whoever comes here has proven a first factor;
/// the account's state, the second factor and the limits are judged here, for all of them alike (A15).
/// </summary>
public sealed class Entrance(UserAdminDbContext db, SessionService sessions, Devices devices, SignInRisk risks, Notices notices, TimeProvider clock)
{
    /// <summary>
    /// Opens a session in one transaction with <paramref name="together"/>, what the way in has to write when it succeeds.
    /// <paramref name="method"/> is how the first factor was given, in the words of RFC 8176. Problem: <c>sign_in.refused</c>.
    /// </summary>
    public async Task<Result<Entry>> EnterAsync(
        Guid userId, string method, SignInOrigin origin, bool persistent, Func<Task> together, CancellationToken cancel)
    {
        Opened? opened = null;
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
            opened = await OpenAsync(user, method, origin, persistent, risk, now, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (blocked is var (owner, why))
            await RecordBlockedAsync(owner, why, origin, now, cancel);
        if (!result.Succeeded)
            return result.Problem;
        sessions.Announce(opened!.Displaced);
        return new Entry(opened.SignedIn, null);
    }

    private sealed record Opened(SignedIn SignedIn, IReadOnlyList<Guid> Displaced);

    private async Task<Opened> OpenAsync(User user, string methods, SignInOrigin origin, bool persistent, Risk risk, DateTimeOffset now, CancellationToken cancel)
    {
        var arrived = await devices.ArriveAsync(user.Id, origin, now, cancel);
        // Locks the user's row: of parallel sign-ins each counts the sessions of the others.
        await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(row => row.SetProperty(u => u.LastSignInAt, now), cancel);
        var (session, key, displaced) = await sessions.OpenAsync(user.Id, origin, arrived.Device.Id, persistent, now, cancel, risk);
        session.Methods = methods;

        var actor = new Actor(ActorKind.User, user.Id, ((AuditTarget)user).Name, Actor.Anonymous.Permissions)
        {
            SessionId = session.Id,
            Address = origin.Address,
            CorrelationId = origin.CorrelationId,
        };
        db.Record(AuditAction.SignedIn, actor, user, now, reason: risk.Words?.ReplaceLineEndings("; "));
        await TellAsync(user, arrived, risk, displaced, actor, now, cancel);
        return new(new(key, session.ExpiresAt, arrived.Cookie, persistent), [.. displaced.Select(s => s.Id)]);
    }

    // The very first sign-in of an account is no news to its owner (A14).
    private async Task TellAsync(
        User user, Arrived arrived, Risk risk, IReadOnlyList<Session> displaced, Actor actor, DateTimeOffset now, CancellationToken cancel)
    {
        if (risk.IsSuspicious)
            await notices.SendAsync(user, "A sign-in on {0} looked suspicious", actor, cancel, arrived.Device.Name);
        else if (arrived.IsNew && user.LastSignInAt > User.Never)
            await notices.SendAsync(user, "New sign-in on {0}", actor, cancel, arrived.Device.Name);
        if (displaced.Count == 0)
            return;
        db.Record(AuditAction.SessionDisplaced, actor, user, now);
        await notices.SendAsync(user, "The session on {0} was ended because too many were open", actor, cancel, UserAgentName.Of(displaced[0].UserAgent));
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
