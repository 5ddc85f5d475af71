using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Sessions;

public sealed record SessionRow(
    Guid Id, Guid UserId, string Device, string? Address, DateTimeOffset CreatedAt, DateTimeOffset LastActivityAt,
    bool IsOpen, DateTimeOffset? EndedAt, string? EndReason, bool IsCurrent, int RiskScore, IReadOnlyList<string> RiskReasons)
{
    /// <summary>Whose it is, where a list is about more than one person.</summary>
    public string? Person { get; init; }

    public SessionKind Kind { get; init; }

    /// <summary>What its owner calls a token, and when it ends by itself.</summary>
    public string? Name { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>As whom its owner acts at this moment.</summary>
    public Guid? ActingAsId { get; init; }

    public string? ActingAs { get; init; }

    public bool IsSuspicious => RiskScore >= Risk.Suspicious;

    internal static SessionRow Of(Session s, DateTimeOffset now, SessionPolicy policy, Actor actor) => new(
        s.Id, s.UserId, UserAgentName.Of(s.UserAgent), s.Address, s.CreatedAt, s.LastActivityAt, s.IsOpenAt(now, policy), s.EndedAt, s.EndReason,
        s.Id == actor.SessionId, s.RiskScore, s.RiskReasons?.Split('\n') ?? [])
    {
        Kind = s.Kind,
        Name = s.Name,
        ExpiresAt = s.ExpiresAt,
        ActingAsId = s.EndedAt is null && s.ActingUntil > now ? s.ActingAsId : null,
    };
}

/// <summary>A new session, the key for its cookie, and the sessions that had to end for it; announce those after the commit.</summary>
public sealed record OpenedSession(Session Session, string Key, IReadOnlyList<Session> Displaced);

/// <summary>Opens, shows and ends sessions.</summary>
public sealed class SessionService(
    UserAdminDbContext db, CurrentTenant tenant, SessionDirectory directory, SecurityActs acts, Devices devices, Policies policies, TimeProvider clock)
{
    private const int Shown = 100;

    public static readonly Problem NotFound = new(ProblemKind.NotFound, "session.not_found", "There is no such session, or it has ended.");

    /// <summary>The last 100 sessions of a user, latest activity first. Others than the user need <see cref="Permission.SessionsView"/>.</summary>
    public async Task<IReadOnlyList<SessionRow>> ListAsync(Guid userId, Actor actor, CancellationToken cancel)
    {
        if (userId != actor.UserId && !await db.ReachesAsync(actor, Permission.SessionsView, userId, cancel))
            return [];

        var now = clock.GetUtcNow();
        var policy = await policies.GetAsync<SessionPolicy>(cancel);
        var sessions = await db.Sessions.AsNoTracking().Where(s => s.UserId == userId)
            .OrderByDescending(s => s.LastActivityAt).Take(Shown).ToListAsync(cancel);
        return await db.NameActingAsync([.. sessions.Select(s => SessionRow.Of(s, now, policy, actor))], cancel);
    }

    /// <summary>Ends one session, the actor's own or, with <see cref="Permission.SessionsEnd"/>, that of somebody not above them.</summary>
    public async Task<Result> EndAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var session = await db.Sessions.SingleOrDefaultAsync(s => s.Id == id && s.EndedAt == null, cancel);
        if (session is null || (session.UserId != actor.UserId && session.Id != actor.SessionId && !actor.CanSomewhere(Permission.SessionsEnd)))
            return NotFound;
        // Whoever acts as somebody else ends with this session the acting: it is their own.
        if (!(session.Id == actor.SessionId && session.UserId != actor.UserId) && await RefuseAsync(session.UserId, actor, cancel) is { } refused)
            return refused;

        var user = await db.Users.SingleAsync(u => u.Id == session.UserId, cancel);
        var own = session.Id == actor.SessionId;
        session.End(own ? "Signed out" : $"Ended by {actor.Name}", now);
        db.Record(own ? AuditAction.SignedOut : AuditAction.SessionEnded, actor, user, now);
        await db.SaveChangesAsync(cancel);
        directory.Announce(tenant.Tenant, id);
        return Result.Ok;
    }

    /// <summary>Ends all open sessions of a user, except the actor's current one unless <paramref name="everywhere"/>.</summary>
    public async Task<Result> EndAllAsync(Guid userId, Actor actor, CancellationToken cancel, bool everywhere = false)
    {
        if (await RefuseAsync(userId, actor, cancel) is { } refused)
            return refused;

        IReadOnlyList<Guid> ended = [];
        var result = await db.WriteAsync(async () =>
        {
            var user = await db.Users.SingleOrDefaultAsync(u => u.Id == userId, cancel);
            if (user is null)
                return NotFound;
            ended = await EndAllInTransactionAsync(userId, $"Ended by {actor.Name}", cancel, except: everywhere ? null : actor.SessionId);
            db.Record(AuditAction.SessionsEnded, actor, user, clock.GetUtcNow());
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        if (result.Succeeded)
            Announce(ended);
        return result;
    }

    /// <summary>
    /// What a change of password, email address or second factor brings with it (C03): ends all sessions but one, forgets remembered devices
    /// and half-open sign-ins. Runs in the caller's transaction; after the commit the caller hands what comes back to <see cref="Announce"/>.
    /// </summary>
    public async Task<IReadOnlyList<Guid>> EndOthersAsync(Guid userId, Guid? exceptSessionId, string reason, CancellationToken cancel)
    {
        await devices.ForgetAllAsync(userId, cancel);
        await db.PendingSignIns.Where(p => p.UserId == userId).ExecuteDeleteAsync(cancel);
        return await EndAllInTransactionAsync(userId, reason, cancel, exceptSessionId);
    }

    /// <summary>Closes the open pages of sessions that were ended in a transaction, once it is committed. What is known of the one that is kept is read anew.</summary>
    public void Announce(IReadOnlyList<Guid> ended, Guid? kept = null)
    {
        if (kept is { } id)
            directory.Refresh(tenant.Tenant, id);
        foreach (var gone in ended)
            directory.Announce(tenant.Tenant, gone);
    }

    /// <summary>Ends every session there is, when the tenant is closed.</summary>
    internal async Task EndEverybodysAsync(string reason, CancellationToken cancel) => await db.WriteAsync(async () =>
    {
        await EndAsync(db.Sessions, reason, cancel);
        return Result.Ok;
    }, cancel);

    internal Task<IReadOnlyList<Guid>> EndAllInTransactionAsync(Guid userId, string reason, CancellationToken cancel, Guid? except = null) =>
        EndAsync(db.Sessions.Where(s => s.UserId == userId && s.Id != except), reason, cancel);

    internal Task<IReadOnlyList<Guid>> EndOfDeviceAsync(Guid deviceId, string reason, CancellationToken cancel) =>
        EndAsync(db.Sessions.Where(s => s.DeviceId == deviceId), reason, cancel);

    /// <summary>Null when the actor may end this person's sessions: their own, or those of somebody whom they reach and who is not above them.</summary>
    internal async Task<Problem?> RefuseAsync(Guid userId, Actor actor, CancellationToken cancel)
    {
        var refused = userId == actor.UserId ? await db.RefuseActingAsync(actor, clock, cancel) : await acts.RefuseAsync(userId, Permission.SessionsEnd, actor, cancel);
        return refused?.Kind == ProblemKind.NotFound ? NotFound : refused;
    }

    private async Task<IReadOnlyList<Guid>> EndAsync(IQueryable<Session> sessions, string reason, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var open = sessions.Where(s => s.EndedAt == null);
        var ids = await open.Select(s => s.Id).ToListAsync(cancel);
        var shortened = Text.Shorten(reason, 500);
        await open.ExecuteUpdateAsync(session => session.SetProperty(s => s.EndedAt, now).SetProperty(s => s.EndReason, shortened), cancel);
        return ids;
    }

    /// <summary>
    /// Adds a session to what the next save writes. With more than the policy allows, the oldest end; callers lock the user's row first, so
    /// that of parallel sign-ins each sees the others.
    /// </summary>
    internal async Task<OpenedSession> OpenAsync(
        Guid userId, SignInOrigin origin, Guid? deviceId, bool persistent, DateTimeOffset now, CancellationToken cancel, Risk? risk = null)
    {
        var policy = await policies.GetAsync<SessionPolicy>(cancel);
        var displaced = await db.Sessions.OpenAt(now, policy).Where(s => s.UserId == userId && s.Kind != SessionKind.Token)
            .OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.Id).Skip(policy.MaximumSessions - 1).ToListAsync(cancel);
        displaced.ForEach(session => session.End($"A newer session took its place; {policy.MaximumSessions} may be open", now));

        var key = SessionKey.Create();
        var session = new Session
        {
            UserId = userId,
            Kind = origin.Kind,
            KeyHash = SessionKey.Hash(key),
            Address = origin.Address,
            UserAgent = Text.ShortenToNull(origin.UserAgent, 400),
            Browser = UserAgentName.BrowserOf(origin.UserAgent),
            System = UserAgentName.SystemOf(origin.UserAgent),
            DeviceId = deviceId,
            IsPersistent = persistent,
            RiskScore = risk?.Score ?? 0,
            RiskReasons = Text.ShortenToNull(risk?.Words, 500),
            CreatedAt = now,
            AuthenticatedAt = now,
            LastActivityAt = now,
            ExpiresAt = now + (origin.Kind == SessionKind.Api ? Session.ApiAbsoluteLimit : policy.AbsoluteLimit()),
        };
        db.Sessions.Add(session);
        return new(session, key, displaced);
    }
}
