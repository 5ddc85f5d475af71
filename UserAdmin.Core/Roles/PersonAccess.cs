using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Roles;

/// <summary>An assignment as people see it. <paramref name="Obstacle"/> is an English sentence that says why it gives nothing though it is in force.</summary>
public sealed record AssignmentRow(
    Guid Id, Guid UserId, Guid RoleId, string Role, Guid? OrganizationId, string? Organization, DateTimeOffset StartsAt, DateTimeOffset? EndsAt,
    string? Reason, string AssignedBy, DateTimeOffset AssignedAt, string? Obstacle, bool MayEnd);

/// <summary>Whether a person may do something: everywhere, in organizations, or everywhere but in some; and every reason for and against.</summary>
public sealed record PermissionAnswer(PermissionInfo Permission, bool IsEverywhere, IReadOnlyList<string> Organizations, IReadOnlyList<string> Except, IReadOnlyList<AccessPath> Paths)
{
    public bool IsHeld => IsEverywhere || Organizations.Count > 0;
}

/// <summary>What a person may do and why, at this moment; it changes at <paramref name="ChangesAt"/> when nobody changes it before.</summary>
public sealed record PersonAccess(IReadOnlyList<AssignmentRow> Assignments, IReadOnlyList<PermissionAnswer> Permissions, DateTimeOffset? ChangesAt, bool MayAssign)
{
    /// <summary>Beside what another person may do, permission by permission.</summary>
    public IReadOnlyList<(PermissionAnswer Mine, PermissionAnswer Theirs)> Beside(PersonAccess other) => [.. Permissions.Zip(other.Permissions)];
}

/// <summary>Explains what people may do. About others it tells whoever may see roles where the person is; what is held in organizations out of the actor's sight stays untold.</summary>
public sealed class AccessReport(UserAdminDbContext db, AccessEvaluator evaluator, AccessCatalogue catalogue, CurrentTenant tenant, TimeProvider clock)
{
    /// <summary>Null when the actor may not see it.</summary>
    public async Task<PersonAccess?> FindAsync(Guid userId, Actor actor, CancellationToken cancel)
    {
        if (!await MaySeeAsync(userId, actor, cancel))
            return null;
        var (book, now, access) = (await catalogue.GetAsync(tenant.Tenant, cancel), clock.GetUtcNow(), await evaluator.EvaluateAsync(userId, cancel));
        bool Tells(Guid? place) => place is not { } id || userId == actor.UserId || actor.CanIn(id, Permission.RolesView);

        var mayHandle = await MayHandleAsync(userId, access, actor, cancel);
        var held = await db.RoleAssignments.AsNoTracking().Where(a => a.UserId == userId && (a.EndsAt == null || a.EndsAt > now)).OrderBy(a => a.StartsAt).ThenBy(a => a.Id).ToListAsync(cancel);
        var paths = (await evaluator.ExplainAsync(userId, cancel)).Where(path => Tells(path.OrganizationId)).ToLookup(path => path.Permission);
        return new(
            [.. held.Where(a => Tells(a.OrganizationId)).Select(a => RowOf(a, book, mayHandle && GrantRule.Allows(actor.Access, book, a.RoleId, a.OrganizationId, tenant.Tenant.IsHost, isTaking: true)))],
            [.. PermissionInfo.In(tenant.Tenant).Select(info => AnswerOf(info, access, book, [.. paths[info.Permission]], Tells))],
            access.ChangesAt,
            mayHandle);
    }

    internal static AssignmentRow RowOf(RoleAssignment a, AccessBook book, bool mayEnd) => new(
        a.Id, a.UserId, a.RoleId, book.Find(a.RoleId)?.Name ?? "", a.OrganizationId, a.OrganizationId is { } place ? book.Organizations.Find(place)?.Name ?? "" : null, a.StartsAt, a.EndsAt,
        a.Reason, a.AssignedByName, a.AssignedAt,
        book.Find(a.RoleId) is not { IsActive: true } ? RoleWords.RoleInactive : a.OrganizationId is { } where && !book.Organizations.IsInForce(where) ? RoleWords.OrganizationInactive : null,
        mayEnd);

    /// <summary>Whether the person is within the actor's reach for giving roles, and not above them.</summary>
    internal async Task<bool> MayHandleAsync(Guid userId, Access access, Actor actor, CancellationToken cancel) =>
        actor.CanSomewhere(Permission.RolesAssign) && (userId == actor.UserId || actor.Access.Covers(access))
        && await db.Users.Existing().Where(u => u.Id == userId).Within(actor, Permission.RolesAssign, db).AnyAsync(cancel);

    private async Task<bool> MaySeeAsync(Guid userId, Actor actor, CancellationToken cancel) => userId == actor.UserId
        || (actor.CanSomewhere(Permission.RolesView) && await db.Users.Where(u => u.Id == userId).VisibleTo(actor, db).Within(actor, Permission.RolesView, db).AnyAsync(cancel));

    private static PermissionAnswer AnswerOf(PermissionInfo info, Access access, AccessBook book, IReadOnlyList<AccessPath> paths, Func<Guid?, bool> tells)
    {
        var isEverywhere = access.Can(info.Permission);
        List<string> NamesOf(IEnumerable<Guid> places) => [.. places.Where(place => tells(place)).Select(place => book.Organizations.Find(place)?.Name ?? "").Order(StringComparer.CurrentCulture)];
        var said = paths.Where(path => path.OrganizationId is not null).Select(path => path.OrganizationId!.Value).Distinct().ToList();
        return new(info, isEverywhere,
            isEverywhere ? [] : NamesOf(said.Where(place => access.CanIn(place, info.Permission))),
            isEverywhere ? NamesOf(said.Where(place => !access.CanIn(place, info.Permission))) : [],
            paths);
    }
}

/// <summary>Sentences that are translated where they are shown.</summary>
public static class RoleWords
{
    public const string RoleInactive = "The role is inactive and gives nothing.";
    public const string OrganizationInactive = "The organization is deactivated, so the role gives nothing.";
}
