using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

/// <summary>A session that a sign-in opened, the device it is on, and the sessions that had to end for it.</summary>
internal sealed record Opened(SignedIn SignedIn, Device Device, IReadOnlyList<Guid> Displaced);

/// <summary>What comes with every new session, whichever way led to it: its device, its audit event, and what its owner is told.</summary>
public sealed class SessionOpening(UserAdminDbContext db, SessionService sessions, Devices devices, Notices notices)
{
    /// <summary>Runs in the caller's transaction; after the commit hand what comes back to <see cref="Announce"/>.</summary>
    internal async Task<Opened> OpenAsync(User user, string methods, SignInOrigin origin, bool persistent, Risk risk, DateTimeOffset now, CancellationToken cancel)
    {
        var arrived = await devices.ArriveAsync(user.Id, origin, now, cancel);
        // Locks the user's row: of parallel sign-ins each counts the sessions of the others.
        await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(row => row.SetProperty(u => u.LastSignInAt, now), cancel);
        var (session, key, displaced) = await sessions.OpenAsync(user.Id, origin, arrived.Device.Id, persistent, now, cancel, risk);
        session.Methods = methods;

        var actor = new Actor(ActorKind.User, user.Id, ((AuditTarget)user).Name, Access.None)
        {
            SessionId = session.Id,
            Address = origin.Address,
            CorrelationId = origin.CorrelationId,
        };
        db.Record(AuditAction.SignedIn, actor, user, now, reason: risk.Words?.ReplaceLineEndings("; "));
        await TellAsync(user, arrived, risk, displaced, actor, now, cancel);
        var display = await db.Preferences.Where(p => p.UserId == user.Id && p.Name == Me.DisplayPreferences.Name).Select(p => p.Value).SingleOrDefaultAsync(cancel);
        return new(new(key, session.ExpiresAt, arrived.Cookie, persistent) { SessionId = session.Id, UserId = user.Id, Display = display }, arrived.Device, [.. displaced.Select(s => s.Id)]);
    }

    internal void Announce(Opened? opened)
    {
        if (opened is not null)
            sessions.Announce(opened.Displaced);
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
}
