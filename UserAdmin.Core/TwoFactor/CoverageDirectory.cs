using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.TwoFactor;

public sealed record CoverageRow(
    Guid Id, string FullName, string Email, string? Roles, DateTimeOffset? LastSignInAt, FactorState State, DateTimeOffset? DueAt, DateTimeOffset? RemindedAt);

public sealed record CoverageListing(Page<CoverageRow> Page, RowCount Count);

/// <summary>A role, how many active people have it, and how many of them a second factor.</summary>
public sealed record RoleCoverage(Guid Id, string Name, long Members, long Protected, bool RequiresSecondFactor, DateTimeOffset? RequiredAt);

/// <summary>How many active people have a second factor, and of which kind. Somebody with both kinds counts in each.</summary>
public sealed record CoverageFigures(long People, long Protected, long WithAuthenticator, long WithPasskey, long Overdue, long InGrace, IReadOnlyList<RoleCoverage> Roles)
{
    public long Lacking => People - Protected;
}

/// <summary>Who has no second factor (M9). Only active accounts count: nobody else can sign in or set one up.</summary>
public sealed class CoverageDirectory(UserAdminDbContext db, CurrentTenant tenant, KeptFigures kept, Policies policies, TimeProvider clock)
{
    // Counted exactly up to here; beyond, "more than" is all that anybody needs.
    private const int Counted = 20_000;

    /// <summary>Null without <see cref="Permission.CoverageView"/>, or when counting takes longer than a moment: ask again in a second.</summary>
    public async Task<KeptFigure<CoverageFigures>?> FiguresAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(Permission.CoverageView))
            return null;
        var (rule, reach) = (await RuleAsync(cancel), actor.Access.ReachOf(Permission.CoverageView));
        return await kept.FindAsync(tenant.Tenant, $"coverage|{reach.Key}", fresh => ComputeAsync(fresh, fresh.Users.MembersWithin(actor, Permission.CoverageView, fresh), rule, clock.GetUtcNow()), cancel);
    }

    /// <summary>The roles with their requirement as it is now; only the kept figures may be a minute old. Empty without <see cref="Permission.CoverageView"/>.</summary>
    public async Task<IReadOnlyList<Role>> RolesAsync(Actor actor, CancellationToken cancel) =>
        actor.CanSomewhere(Permission.CoverageView) ? await Assignable(db).ToListAsync(cancel) : [];

    /// <summary>People without a second factor by name, at most 200 a page. Empty without <see cref="Permission.CoverageView"/>.</summary>
    public async Task<CoverageListing> ListAsync(CoverageFilter filter, PageStart start, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(Permission.CoverageView))
            return new(new([], null, null), new(0));

        var rule = await RuleAsync(cancel);
        var lacking = await LackingAsync(filter, rule, actor, Permission.CoverageView, cancel);
        var count = await lacking.Take(Counted + 1).CountAsync(cancel);
        return new(await PageAsync(lacking, filter, rule, start, actor, cancel), count > Counted ? new(Counted, IsAtLeast: true) : new(count));
    }

    internal async Task<SecondFactorRule> RuleAsync(CancellationToken cancel) => new(await policies.GetAsync<SecondFactorPolicy>(cancel), clock.GetUtcNow());

    /// <summary>The active people without a second factor whom the filter means and the actor's permission reaches.</summary>
    internal async Task<IQueryable<User>> LackingAsync(CoverageFilter filter, SecondFactorRule rule, Actor actor, Permission permission, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var found = filter.Words.Count == 0 ? db.Users.MembersWithin(actor, permission, db)
            : (await db.UsersMatchingWithinAsync(filter.Words, UserSearch.Limit, actor, permission, cancel)).Within(actor, permission, db);
        var lacking = found.Where(u => !u.TwoFactorEnabled).WithStatus(UserStatus.Active, now);
        if (filter.RoleId is { } role)
        {
            var held = db.RoleAssignments.InForce(now);
            lacking = lacking.Where(u => held.Any(a => a.UserId == u.Id && a.RoleId == role));
        }
        return filter.State is { } state ? rule.In(state, lacking, db) : lacking;
    }

    private async Task<Page<CoverageRow>> PageAsync(IQueryable<User> lacking, CoverageFilter filter, SecondFactorRule rule, PageStart start, Actor actor, CancellationToken cancel)
    {
        var cursor = Guid.TryParse(start.After ?? start.Before, out var id) ? await db.Users.AsNoTracking().Within(actor, Permission.CoverageView, db).SingleOrDefaultAsync(u => u.Id == id, cancel) : null;
        var backwards = start.AtEnd || (start.Before is not null && cursor is not null);
        if (cursor is not null)
            lacking = lacking.Following(cursor, UserSort.Name, backwards);
        var byRoleSince = rule.ByRoleSince(db);
        var rows = await lacking.InOrder(UserSort.Name, backwards).Skip(start.Skip).Take(filter.PageSize + 1).Select(u => new
        {
            u.Id,
            u.FirstName,
            u.LastName,
            u.Email,
            u.LastSignInAt,
            u.ActivatedAt,
            u.SecondFactorDueAt,
            u.SecondFactorRemindedAt,
            ByRoleSince = db.Users.Where(self => self.Id == u.Id).Select(byRoleSince).First(),
        }).AsNoTracking().ToListAsync(cancel);

        var roles = await db.RoleNamesAsync(rows.ConvertAll(row => row.Id), actor, clock.GetUtcNow(), cancel);
        var found = rows.ConvertAll(row => rule.DueAt(row.ActivatedAt, row.SecondFactorDueAt, row.ByRoleSince) is var dueAt ? new CoverageRow(
            row.Id, $"{row.FirstName} {row.LastName}".Trim(), row.Email!, roles.GetValueOrDefault(row.Id),
            row.LastSignInAt > User.Never ? row.LastSignInAt : null, rule.StateOf(dueAt), dueAt, row.SecondFactorRemindedAt) : null!);
        return Page.Of(found, filter.PageSize, backwards, cursor is not null || start.Skip > 0, row => row.Id.ToString());
    }

    // What everybody holds has no members; the policy requires a second factor of everybody.
    private static IQueryable<Role> Assignable(UserAdminDbContext db) => db.Roles.AsNoTracking().Where(role => role.Id != SystemRoles.EndUser.Id).OrderBy(role => role.NormalizedName);

    private static async Task<CoverageFigures> ComputeAsync(UserAdminDbContext db, IQueryable<User> people, SecondFactorRule rule, DateTimeOffset now)
    {
        var active = people.WithStatus(UserStatus.Active, now);
        var lacking = active.Where(u => !u.TwoFactorEnabled);
        var held = db.RoleAssignments.InForce(now);
        var roles = new List<RoleCoverage>();
        foreach (var role in await Assignable(db).ToListAsync())
        {
            var members = active.Where(u => held.Any(a => a.UserId == u.Id && a.RoleId == role.Id));
            roles.Add(new(role.Id, role.Name, await members.LongCountAsync(), await members.LongCountAsync(u => u.TwoFactorEnabled), role.RequiresSecondFactor, role.SecondFactorRequiredAt));
        }
        return new(
            await active.LongCountAsync(), await active.LongCountAsync(u => u.TwoFactorEnabled),
            await active.LongCountAsync(u => db.Authenticators.Any(a => a.UserId == u.Id && a.ConfirmedAt != null)),
            await active.LongCountAsync(u => db.UserPasskeys.Any(p => p.UserId == u.Id)),
            await rule.In(FactorState.Overdue, lacking, db).LongCountAsync(), await rule.In(FactorState.InGrace, lacking, db).LongCountAsync(), roles);
    }
}
