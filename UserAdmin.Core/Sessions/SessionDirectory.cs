using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Impersonation;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.TwoFactor;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Sessions;

/// <summary>
/// Answers for every request and every click whether its session is still open and whose it is. What it knows is at most five seconds old;
/// a session ended on this server is dead at once, and so are its open pages.
/// </summary>
public sealed partial class SessionDirectory(
    TenantDatabases databases, TenantDirectory tenants, IServiceScopeFactory scopes, IMemoryCache cache, TimeProvider clock, ILogger<SessionDirectory> logger)
{
    private const string Ended = "ended";
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);
    private static readonly TimeSpan ActivityStep = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLoad = TimeSpan.FromMinutes(11);
    private const int AskedAtOnce = 500;
    private const int ToldAtOnce = 50;

    private readonly ConcurrentDictionary<string, DateTimeOffset> accessChangedAt = new();
    private readonly ConcurrentDictionary<string, string> accessStamps = new();
    private readonly ConcurrentDictionary<(Tenant Tenant, Guid Id), ImmutableList<Watcher>> watchers = new();

    /// <summary>The open session of a cookie's key, or null.</summary>
    public async Task<SessionState?> FindByKeyAsync(Tenant tenant, string key, bool isActivity, CancellationToken cancel)
    {
        var hash = SessionKey.Hash(key);
        var cached = (tenant.Name, Convert.ToBase64String(hash));
        if (!cache.TryGetValue(cached, out Guid id))
        {
            await using var db = databases.Open(tenant);
            id = await db.Sessions.Where(s => s.KeyHash == hash && s.EndedAt == null).Select(s => s.Id).SingleOrDefaultAsync(cancel);
            if (id == Guid.Empty)
                return null;
            cache.Set(cached, id, Longest);
        }
        var state = await FindAsync(tenant, id, isActivity, cancel);
        if (state is null || state.IsOpenedBy(hash))
            return state;

        // The session has another key since its owner confirmed who they are (C01). What is known here may be older than that.
        Refresh(tenant, id);
        state = await FindAsync(tenant, id, isActivity, cancel);
        return state?.IsOpenedBy(hash) == true ? state : null;
    }

    /// <summary>The open session with this id, or null. Being asked counts as activity.</summary>
    public Task<SessionState?> FindAsync(Tenant tenant, Guid id, CancellationToken cancel) => FindAsync(tenant, id, isActivity: true, cancel);

    private async Task<SessionState?> FindAsync(Tenant tenant, Guid id, bool isActivity, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (!cache.TryGetValue((tenant.Name, id), out SessionState? state) || state is null || state.IsOutdated || state.LoadedAt + Freshness < now || state.Impersonator?.Until <= now
            || (accessChangedAt.TryGetValue(tenant.Name, out var changedAt) && state.LoadedAt <= changedAt))
        {
            var before = state;
            state = await LoadAsync(tenant, id, now, state, cancel);
            if (state is null)
                return null;
            cache.Set((tenant.Name, id), state, state.IdleLimit < Longest ? state.IdleLimit : Longest);
            // The session may have ended between the reading and the line above; whoever ended it then marked an older state or none.
            if (cache.TryGetValue((tenant.Name, id, Ended), out _))
                state.HasEnded = true;
            if (before is not null && watchers.TryGetValue((tenant, id), out var watching))
            {
                if (before.UserId != state.UserId)
                    watching.ForEach(watcher => watcher.PersonChanged?.Invoke());
                else if (!before.Access.IsSameAs(state.Access))
                    watching.ForEach(watcher => watcher.AccessChanged?.Invoke());
            }
        }
        if (state.HasEnded || state.ExpiresAt <= now || state.LastActivityAt + state.IdleLimit <= now)
            return null;

        if (!isActivity)
            return state;
        state.LastActivityAt = now;
        if (state.ActivityWrittenAt + ActivityStep <= now)
            await WriteActivityAsync(state, now, cancel);
        return state;
    }

    /// <summary>
    /// Calls back when the session is ended on this server, when what its owner may do has changed, and when its owner begins or stops to act as
    /// somebody else, until the registration is disposed.
    /// </summary>
    public IDisposable Watch(Tenant tenant, Guid sessionId, Action ended, Action? accessChanged = null, Action? personChanged = null)
    {
        var id = (tenant, sessionId);
        var watcher = new Watcher(ended, accessChanged, personChanged);
        watchers.AddOrUpdate(id, _ => [watcher], (_, others) => others.Add(watcher));
        return new Registration(() =>
        {
            var left = watchers.AddOrUpdate(id, _ => [], (_, others) => others.Remove(watcher));
            if (left.IsEmpty)
                watchers.TryRemove(new(id, left));
        });
    }

    /// <summary>
    /// Roles, assignments or organizations have changed: what anybody of the tenant may do is worked out anew. Open pages are told at once where it changed; when
    /// very many are open, the sweep tells the rest within seconds, so that nobody's click waits for all of them.
    /// </summary>
    internal Task RefreshAccessAsync(Tenant tenant, CancellationToken cancel) => RefreshAccessAsync(tenant, ToldAtOnce, cancel);

    private async Task RefreshAccessAsync(Tenant tenant, int most, CancellationToken cancel)
    {
        accessChangedAt[tenant.Name] = clock.GetUtcNow();
        foreach (var id in watchers.Keys.Where(key => key.Tenant == tenant).Select(key => key.Id).Take(most))
        {
            Refresh(tenant, id);
            await FindAsync(tenant, id, isActivity: false, cancel);
        }
    }

    /// <summary>Something that pages show whoever reads them has changed.</summary>
    internal void TellOpenPages(Tenant tenant)
    {
        foreach (var (key, watching) in watchers)
            if (key.Tenant == tenant)
                watching.ForEach(watcher => watcher.AccessChanged?.Invoke());
    }

    /// <summary>The tenant is closed: all its open pages on this server leave.</summary>
    internal void AnnounceAll(Tenant tenant)
    {
        accessChangedAt[tenant.Name] = clock.GetUtcNow();
        foreach (var id in watchers.Keys.Where(key => key.Tenant == tenant).Select(key => key.Id))
            Announce(tenant, id);
    }

    /// <summary>
    /// Closes the pages whose session ended on another server, and tells the others when what their owner may do has changed. A tenant whose
    /// database is away for a moment keeps no other waiting; every click asks for itself meanwhile.
    /// </summary>
    internal async Task SweepAsync(CancellationToken cancel)
    {
        foreach (var tenant in watchers.Keys.Select(key => key.Tenant).Distinct().ToList())
            try
            {
                using var log = logger.BeginTenant(tenant);
                if (await tenants.FindActiveAsync(tenant.Name, cancel) is null)
                    AnnounceAll(tenant);
                else
                {
                    await EndWhatEndedElsewhereAsync(tenant, cancel);
                    await LookAtAccessAsync(tenant, cancel);
                }
            }
            catch (Exception failure) when (failure is DbException or TimeoutException or InvalidOperationException)
            {
                LogFailed(failure);
            }
    }

    // An assignment may have begun or ended, or another server changed something.
    private async Task LookAtAccessAsync(Tenant tenant, CancellationToken cancel)
    {
        await using var db = databases.Open(tenant);
        var stamp = string.Concat(await db.ChangeStamps.Where(s => s.Name == ChangeStamp.Access || s.Name == ChangeStamp.Assignments)
            .OrderBy(s => s.Name).Select(s => s.Value).ToListAsync(cancel));
        if (accessStamps.TryGetValue(tenant.Name, out var known) && known != stamp)
            await RefreshAccessAsync(tenant, int.MaxValue, cancel);
        accessStamps[tenant.Name] = stamp;

        var now = clock.GetUtcNow();
        foreach (var id in watchers.Keys.Where(key => key.Tenant == tenant).Select(key => key.Id))
            if (cache.TryGetValue((tenant.Name, id), out SessionState? state) && (state?.Access.ChangesAt <= now || state?.Impersonator is not null))
            {
                state.IsOutdated = true;
                await FindAsync(tenant, id, isActivity: false, cancel);
            }
    }

    /// <summary>What is known of the session's owner is read anew when it is asked for next.</summary>
    internal void Refresh(Tenant tenant, Guid id)
    {
        if (cache.TryGetValue((tenant.Name, id), out SessionState? state) && state is not null)
            state.IsOutdated = true;
    }

    /// <summary>The session acts as somebody else from now on, or as its owner again: its open pages are told at once.</summary>
    internal async Task ChangePersonAsync(Tenant tenant, Guid id, CancellationToken cancel)
    {
        Refresh(tenant, id);
        await FindAsync(tenant, id, isActivity: false, cancel);
    }

    internal void Announce(Tenant tenant, Guid id)
    {
        cache.Set((tenant.Name, id, Ended), true, LongestLoad);
        if (cache.TryGetValue((tenant.Name, id), out SessionState? state) && state is not null)
            state.HasEnded = true;
        if (watchers.TryGetValue((tenant, id), out var toCall))
            toCall.ForEach(watcher => watcher.Ended());
    }

    private async Task EndWhatEndedElsewhereAsync(Tenant tenant, CancellationToken cancel)
    {
        foreach (var ids in watchers.Keys.Where(key => key.Tenant == tenant).Select(key => key.Id).Chunk(AskedAtOnce))
        {
            await using var scope = scopes.CreateFor(tenant);
            var policy = await scope.ServiceProvider.GetRequiredService<Policies>().GetAsync<SessionPolicy>(cancel);
            var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
            var now = clock.GetUtcNow();
            var (openedSince, idleSince) = (now - policy.AbsoluteLimit(), now - policy.IdleLimit());
            var open = await (
                from session in db.Sessions
                join user in db.Users on session.UserId equals user.Id
                where ids.Contains(session.Id) && session.EndedAt == null && session.ExpiresAt > now && session.CreatedAt > openedSince
                    && user.DeletedAt == null && user.DeactivatedAt == null
                    && (user.LockedUntil == null || user.LockedUntil <= now) && (user.ExpiresAt == null || user.ExpiresAt > now)
                select new { session.Id, session.LastActivityAt, session.ActingAsId }).ToListAsync(cancel);
            var stillUsed = open.Where(s => s.LastActivityAt > idleSince || LastActivityHere(tenant, s.Id) > idleSince).Select(s => s.Id);
            foreach (var id in ids.Except(stillUsed))
                Announce(tenant, id);
            foreach (var session in open.Where(s => ActsHereAs(tenant, s.Id) != s.ActingAsId))
                await ChangePersonAsync(tenant, session.Id, cancel);
        }
    }

    // What happened here within the last minute is not in the database yet.
    private DateTimeOffset? LastActivityHere(Tenant tenant, Guid id) =>
        cache.TryGetValue((tenant.Name, id), out SessionState? state) ? state?.LastActivityAt : null;

    private Guid? ActsHereAs(Tenant tenant, Guid id) =>
        cache.TryGetValue((tenant.Name, id), out SessionState? state) && state is { Impersonator: not null, UserId: var person } ? person : null;

    private async Task<SessionState?> LoadAsync(Tenant tenant, Guid id, DateTimeOffset now, SessionState? known, CancellationToken cancel)
    {
        await using var scope = scopes.CreateFor(tenant);
        var policies = scope.ServiceProvider.GetRequiredService<Policies>();
        var (policy, secondFactor) = (await policies.GetAsync<SessionPolicy>(cancel), await policies.GetAsync<SecondFactorPolicy>(cancel));
        var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
        var held = db.RoleAssignments.InForce(now);
        var row = await (
            from session in db.Sessions
            join user in db.Users on session.UserId equals user.Id
            where session.Id == id && session.EndedAt == null && session.ExpiresAt > now
                && user.DeletedAt == null && user.DeactivatedAt == null
                && (user.LockedUntil == null || user.LockedUntil <= now) && (user.ExpiresAt == null || user.ExpiresAt > now)
            select new
            {
                session.UserId,
                session.Kind,
                session.Permissions,
                session.KeyHash,
                session.AuthenticatedAt,
                session.CreatedAt,
                session.ExpiresAt,
                session.LastActivityAt,
                session.ActingAsId,
                session.ActingUntil,
                user.UserName,
                user.FirstName,
                user.LastName,
                user.MustChangePassword,
                user.TwoFactorEnabled,
                user.IsServiceAccount,
                user.ActivatedAt,
                user.SecondFactorDueAt,
                RequiredByRoleSince = held.Where(r => r.UserId == user.Id)
                    .Join(db.Roles, r => r.RoleId, role => role.Id, (r, role) => role.SecondFactorRequiredAt).Min(),
            }).AsNoTracking().SingleOrDefaultAsync(cancel);
        if (row is null)
            return null;
        var (fullName, userName) = ($"{row.FirstName} {row.LastName}".Trim(), row.UserName ?? "");
        var access = await scope.ServiceProvider.GetRequiredService<AccessEvaluator>().EvaluateAsync(row.UserId, cancel);
        var enrolBy = row.TwoFactorEnabled || row.IsServiceAccount ? null : new SecondFactorRule(secondFactor, now).DueAt(row.ActivatedAt, row.SecondFactorDueAt, row.RequiredByRoleSince);

        // Whoever acts as somebody is judged by their own account first; what the person has yet to do for their own security is set aside.
        var owner = new Actor(ActorKind.User, row.UserId, fullName.Length > 0 ? fullName : userName, row.MustChangePassword || enrolBy <= now ? Access.None : access) { SessionId = id };
        var acting = row is { ActingAsId: { } personId, ActingUntil: { } actingUntil }
            ? await scope.ServiceProvider.GetRequiredService<ActingService>().ContinueAsync(owner, personId, actingUntil, cancel)
            : null;
        return new()
        {
            Id = id,
            Tenant = tenant,
            UserId = acting?.Person.Id ?? row.UserId,
            KeyHash = row.KeyHash,
            UserName = acting is null ? userName : acting.Value.Person.UserName ?? "",
            FullName = acting?.Person.FullName ?? fullName,
            Kind = row.Kind,
            Access = acting?.Access ?? (row.Permissions is null ? access : access.LimitedTo([.. row.Permissions.Split(' ').Select(PermissionInfo.Find).OfType<PermissionInfo>().Select(info => info.Permission)])),
            Impersonator = acting is null ? null : new(owner.UserId!.Value, owner.Name, row.ActingUntil!.Value),
            MustChangePassword = row.MustChangePassword,
            AuthenticatedAt = row.AuthenticatedAt,
            ExpiresAt = row.Kind == SessionKind.Browser && row.CreatedAt + policy.AbsoluteLimit() is var limit && limit < row.ExpiresAt ? limit : row.ExpiresAt,
            IdleLimit = row.Kind switch { SessionKind.Browser => policy.IdleLimit(), SessionKind.Api => Session.ApiIdleLimit, _ => Session.LongestToken },
            LoadedAt = now,
            EnrolBy = acting is null ? enrolBy : null,
            LastActivityAt = known is null || known.LastActivityAt < row.LastActivityAt ? row.LastActivityAt : known.LastActivityAt,
            ActivityWrittenAt = row.LastActivityAt,
            HasEnded = known?.HasEnded ?? false,
        };
    }

    private async Task WriteActivityAsync(SessionState state, DateTimeOffset now, CancellationToken cancel)
    {
        state.ActivityWrittenAt = now;
        await using var db = databases.Open(state.Tenant);
        await db.WriteAsync(async () =>
        {
            await db.Sessions.Where(s => s.Id == state.Id && s.LastActivityAt < now)
                .ExecuteUpdateAsync(session => session.SetProperty(s => s.LastActivityAt, now), cancel);
            return Result.Ok;
        }, cancel);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not ask which sessions have ended elsewhere")]
    private partial void LogFailed(Exception failure);

    private sealed class Watcher(Action ended, Action? accessChanged, Action? personChanged)
    {
        public Action Ended { get; } = ended;
        public Action? AccessChanged { get; } = accessChanged;
        public Action? PersonChanged { get; } = personChanged;
    }

    private sealed class Registration(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
