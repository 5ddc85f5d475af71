using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.AccessRequests;

/// <summary>A request; <paramref name="MayDecide"/>: the reader may approve or decline it, <paramref name="MayApprove"/>: and holds what it asks for.</summary>
public sealed record AccessRequestRow(
    Guid Id, Guid UserId, string FullName, string Role, string? Organization, int? Hours, string Reason, AccessRequestState State, DateTimeOffset CreatedAt,
    DateTimeOffset? DecidedAt, string? DecidedBy, string? DecisionReason, Guid RoleId, Guid? OrganizationId, bool MayDecide = false, bool MayApprove = false);

public sealed record AccessRequestListing(Page<AccessRequestRow> Page, int Count);

public static class AccessRequestQueries
{
    extension(IQueryable<AccessRequest> requests)
    {
        /// <summary>Those the actor may decide.</summary>
        public IQueryable<AccessRequest> Within(Actor actor, UserAdminDbContext db)
        {
            var (organizations, isEverywhere) = (db.OrganizationsWithin(actor, Permission.AccessRequestsDecide), actor.Can(Permission.AccessRequestsDecide));
            return requests.Where(r => r.OrganizationId == null ? isEverywhere : organizations.Contains(r.OrganizationId.Value));
        }
    }
}

/// <summary>Shows people their own requests, and deciders the ones they may decide.</summary>
public sealed class AccessRequestDirectory(UserAdminDbContext db, RoleGrants grants)
{
    public const int PageSize = 25;

    private const int OwnShown = 100;

    /// <summary>The actor's own, newest first, a hundred at most.</summary>
    public async Task<IReadOnlyList<AccessRequestRow>> MineAsync(Actor actor, CancellationToken cancel) =>
        await Rows(db.AccessRequests.Where(r => r.UserId == actor.UserId).OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.Id).Take(OwnShown)).ToListAsync(cancel);

    /// <summary>What the actor may decide, or others decided of it, newest first; all states when <paramref name="state"/> is null.</summary>
    public async Task<AccessRequestListing> ListAsync(AccessRequestState? state, PageStart start, Actor actor, CancellationToken cancel, int size = PageSize)
    {
        if (!actor.CanSomewhere(Permission.AccessRequestsDecide))
            return new(new([], null, null), 0);
        var matching = db.AccessRequests.Within(actor, db);
        if (state is { } wanted)
            matching = matching.Where(r => r.State == wanted);
        var count = await matching.CountAsync(cancel);

        var backwards = start.Before is not null || start.AtEnd;
        var cursor = Guid.TryParse(start.After ?? start.Before, out var id) ? await db.AccessRequests.AsNoTracking().Within(actor, db).SingleOrDefaultAsync(r => r.Id == id, cancel) : null;
        if (cursor is not null)
            matching = backwards
                ? matching.Where(r => r.CreatedAt > cursor.CreatedAt || r.CreatedAt == cursor.CreatedAt && r.Id.CompareTo(cursor.Id) > 0)
                : matching.Where(r => r.CreatedAt < cursor.CreatedAt || r.CreatedAt == cursor.CreatedAt && r.Id.CompareTo(cursor.Id) < 0);
        backwards = backwards && (cursor is not null || start.AtEnd);
        var ordered = backwards ? matching.OrderBy(r => r.CreatedAt).ThenBy(r => r.Id) : matching.OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.Id);
        var page = Page.Of(await Rows(ordered.Skip(start.Skip).Take(size + 1)).ToListAsync(cancel), size, backwards, cursor is not null || start.Skip > 0, row => row.Id.ToString());
        return new(page with { Rows = await JudgeAsync(page.Rows, actor, cancel) }, count);
    }

    /// <summary>One that the actor may decide, or others decided; null when there is none.</summary>
    public async Task<AccessRequestRow?> FindAsync(Guid id, Actor actor, CancellationToken cancel) => !actor.CanSomewhere(Permission.AccessRequestsDecide) ? null
        : await JudgeAsync(await Rows(db.AccessRequests.Within(actor, db).Where(r => r.Id == id)).ToListAsync(cancel), actor, cancel) is [var row] ? row : null;

    private async Task<IReadOnlyList<AccessRequestRow>> JudgeAsync(IReadOnlyList<AccessRequestRow> rows, Actor actor, CancellationToken cancel)
    {
        Dictionary<(Guid, Guid?), bool> known = [];
        List<AccessRequestRow> judged = [];
        foreach (var row in rows)
        {
            if (!known.TryGetValue((row.RoleId, row.OrganizationId), out var mayGive))
                known[(row.RoleId, row.OrganizationId)] = mayGive = await grants.MayGiveAsync(actor.Access, row.RoleId, row.OrganizationId, cancel);
            var mayDecide = row.State == AccessRequestState.Open && row.UserId != actor.UserId;
            judged.Add(row with { MayDecide = mayDecide, MayApprove = mayDecide && mayGive });
        }
        return judged;
    }

    private IQueryable<AccessRequestRow> Rows(IQueryable<AccessRequest> requests) =>
        from request in requests
        join user in db.Users on request.UserId equals user.Id
        join role in db.Roles on request.RoleId equals role.Id
        select new AccessRequestRow(
            request.Id, request.UserId, (user.FirstName + " " + user.LastName).Trim(), role.Name, db.Organizations.Where(o => o.Id == request.OrganizationId).Select(o => o.Name).SingleOrDefault(),
            request.Hours, request.Reason, request.State, request.CreatedAt, request.DecidedAt, request.DecidedByName, request.DecisionReason, request.RoleId, request.OrganizationId, false, false);
}
