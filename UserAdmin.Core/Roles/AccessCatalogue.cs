using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Roles;

/// <summary>What a role says of a permission, and where it says so.</summary>
public sealed record RoleStatement(Guid RoleId, bool IsDenied);

/// <summary>A role with everything it inherits.</summary>
public sealed class ResolvedRole
{
    internal ResolvedRole(RoleFacts facts, ResolvedRole? parent, FrozenDictionary<Permission, bool> own)
    {
        (Id, Name, IsActive, Parent) = (facts.Id, facts.Name, facts.IsActive, parent);
        Own = own;
        var (granted, denied) = (new HashSet<Permission>(), new HashSet<Permission>());
        if (IsActive)
        {
            if (parent is not null)
            {
                granted.UnionWith(parent.Rights.Granted);
                denied.UnionWith(parent.Rights.Denied);
            }
            foreach (var (permission, isDenied) in own)
                (isDenied ? denied : granted).Add(permission);
            granted.ExceptWith(denied);
        }
        Rights = new(granted.ToFrozenSet(), denied.ToFrozenSet());
    }

    public Guid Id { get; }
    public string Name { get; }
    public bool IsActive { get; }
    public ResolvedRole? Parent { get; }

    /// <summary>What the role itself says: true for a denial. The rest it inherits.</summary>
    public FrozenDictionary<Permission, bool> Own { get; }

    public FrozenSet<Permission> Granted => Rights.Granted;
    public FrozenSet<Permission> Denied => Rights.Denied;
    internal Rights Rights { get; }

    /// <summary>The role, then those it inherits from.</summary>
    public IEnumerable<ResolvedRole> Chain
    {
        get
        {
            for (var role = this; role is not null; role = role.Parent)
                yield return role;
        }
    }
}

internal sealed record RoleFacts(Guid Id, string Name, Guid? ParentId, bool IsActive);

/// <summary>All roles and the tree of organizations as they were at one stamp. It never changes; a change makes a new one.</summary>
public sealed class AccessBook
{
    private readonly FrozenDictionary<Guid, ResolvedRole> roles;

    internal AccessBook(string stamp, IEnumerable<RoleFacts> facts, IEnumerable<RolePermission> permissions, OrganizationTree organizations)
    {
        (Stamp, Organizations) = (stamp, organizations);
        var own = permissions.Select(row => (row.RoleId, Info: PermissionInfo.Find(row.Permission), row.IsDenied)).Where(row => row.Info is not null)
            .ToLookup(row => row.RoleId, row => KeyValuePair.Create(row.Info!.Permission, row.IsDenied));
        var byId = facts.ToDictionary(role => role.Id);
        var resolved = new Dictionary<Guid, ResolvedRole>();
        foreach (var role in byId.Values)
            Resolve(role, []);
        roles = resolved.ToFrozenDictionary();

        ResolvedRole Resolve(RoleFacts role, HashSet<Guid> below)
        {
            if (resolved.TryGetValue(role.Id, out var known))
                return known;
            // The database can't keep a cycle out; here it just ends.
            below.Add(role.Id);
            var parent = role.ParentId is { } id && !below.Contains(id) && byId.TryGetValue(id, out var above) ? Resolve(above, below) : null;
            return resolved[role.Id] = new(role, parent, SystemRoles.Find(role.Id)?.Grants.ToFrozenDictionary(permission => permission, _ => false) ?? own[role.Id].ToFrozenDictionary());
        }
    }

    internal string Stamp { get; }

    public OrganizationTree Organizations { get; }

    /// <summary>Which features are on.</summary>
    public Features Features
    {
        get;
        internal init => (field, Closed) = (value, value.ClosedPermissions);
    } = new();

    /// <summary>The permissions of switched-off features.</summary>
    internal FrozenSet<Permission> Closed { get; private init; } = [];

    public IEnumerable<ResolvedRole> Roles => roles.Values;

    public ResolvedRole? Find(Guid roleId) => roles.GetValueOrDefault(roleId);

    /// <summary>Those that inherit from the role, however far below.</summary>
    public IEnumerable<ResolvedRole> Below(Guid roleId) => roles.Values.Where(role => role.Id != roleId && role.Chain.Any(above => above.Id == roleId));
}

/// <summary>Keeps each tenant's <see cref="AccessBook"/> in memory. It is at most five seconds behind other servers and never behind this one.</summary>
public sealed class AccessCatalogue(TenantDatabases databases, IOptions<FeatureSettings> features, IConfiguration configuration, TimeProvider clock)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (AccessBook Book, DateTimeOffset CheckedAt)> books = new();
    private readonly ConcurrentDictionary<string, int> changes = new();

    public async Task<AccessBook> GetAsync(Tenant tenant, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (books.TryGetValue(tenant.Name, out var kept) && kept.CheckedAt + Freshness > now)
            return kept.Book;

        var changesSoFar = changes.GetValueOrDefault(tenant.Name);
        await using var db = databases.Open(tenant);
        // The stamp first: what changes after it was read is read again at the next look.
        var stamp = await db.ChangeStamps.Where(s => s.Name == ChangeStamp.Access).Select(s => s.Value).SingleAsync(cancel);
        var book = kept.Book?.Stamp == stamp ? kept.Book : await LoadAsync(db, stamp, cancel);
        books[tenant.Name] = (book, now);
        // A change that was committed while this was reading must not be hidden by what was read before it.
        if (changes.GetValueOrDefault(tenant.Name) != changesSoFar)
            books.TryRemove(tenant.Name, out _);
        return book;
    }

    /// <summary>Call after a change was committed.</summary>
    public void Forget(Tenant tenant)
    {
        changes.AddOrUpdate(tenant.Name, 1, (_, count) => count + 1);
        books.TryRemove(tenant.Name, out _);
    }

    private async Task<AccessBook> LoadAsync(UserAdminDbContext db, string stamp, CancellationToken cancel)
    {
        var rows = await RoleRows.LoadAsync(db, cancel);
        return new(stamp, rows.Roles, rows.Permissions,
            new(await db.Organizations.Select(o => new OrganizationNode(o.Id, o.ParentId, o.Name, o.DeactivatedAt == null && o.DeletedAt == null)).ToListAsync(cancel)))
        {
            Features = Policies.Read<Features>(await db.Policies.Where(p => p.Name == nameof(Features)).Select(p => p.Json).SingleOrDefaultAsync(cancel) ?? "", configuration).Pin(features.Value, configuration),
        };
    }
}
