using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
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
public sealed class Entrance(UserAdminDbContext db, SessionService sessions, Devices devices, TimeProvider clock)
{
    /// <summary>
    /// Opens a session in one transaction with <paramref name="together"/>, what the way in has to write when it succeeds.
    /// <paramref name="method"/> is how the first factor was given, in the words of RFC 8176. Problem: <c>sign_in.refused</c>.
    /// </summary>
    public async Task<Result<Entry>> EnterAsync(
        Guid userId, string method, SignInOrigin origin, bool persistent, Func<Task> together, CancellationToken cancel)
    {
        SignedIn? signedIn = null;
        var now = clock.GetUtcNow();
        var result = await db.WriteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancel);

            // Somebody may have deactivated the account while the first factor was proven.
            if (user.StatusAt(now) != UserStatus.Active)
                return SignInService.Refused;

            await together();
            signedIn = await OpenAsync(user, method, origin, persistent, now, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? new Entry(signedIn, null) : result.Problem;
    }

    private async Task<SignedIn> OpenAsync(User user, string methods, SignInOrigin origin, bool persistent, DateTimeOffset now, CancellationToken cancel)
    {
        var (device, cookie, _) = await devices.ArriveAsync(user.Id, origin, now, cancel);
        var (session, key) = await sessions.OpenAsync(user.Id, origin, device.Id, persistent, now, cancel);
        session.Methods = methods;
        await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(row => row.SetProperty(u => u.LastSignInAt, now), cancel);
        var actor = new Actor(ActorKind.User, user.Id, ((AuditTarget)user).Name, Actor.Anonymous.Permissions)
        {
            SessionId = session.Id,
            Address = origin.Address,
            CorrelationId = origin.CorrelationId,
        };
        db.Record(AuditAction.SignedIn, actor, user, now);
        return new(key, session.ExpiresAt, cookie, persistent)
        {
            Display = await db.Preferences.Where(p => p.UserId == user.Id && p.Name == Me.DisplayPreferences.Name).Select(p => p.Value).SingleOrDefaultAsync(cancel),
        };
    }
}
