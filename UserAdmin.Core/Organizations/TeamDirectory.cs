using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Organizations;

public sealed record TeamItem(Guid Id, string Name, string? Description, Guid OrganizationId, string Organization, Guid? LeadId, int Members, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record TeamListing(Page<TeamItem> Page, int Count);

/// <summary>Finds teams in all organizations in which the actor holds <see cref="Permission.OrganizationsView"/>.</summary>
public sealed class TeamDirectory(UserAdminDbContext db)
{
    /// <summary>By name; of one organization when it is named. Those of deleted organizations are left out.</summary>
    public async Task<TeamListing> ListAsync(string? search, Guid? organizationId, PageStart start, int size, Actor actor, CancellationToken cancel)
    {
        if (organizationId is { } place ? !actor.CanIn(place, Permission.OrganizationsView) : !actor.CanSomewhere(Permission.OrganizationsView))
            return new(new([], null, null), 0);
        var part = OrganizationForm.NormalizedNameOf(Text.Visible(search));
        var within = db.Organizations.Existing().Within(actor, Permission.OrganizationsView, db);
        var found = db.Teams.Where(t => t.NormalizedName.Contains(part) && (organizationId == null || t.OrganizationId == organizationId) && within.Any(o => o.Id == t.OrganizationId));
        var count = await found.CountAsync(cancel);

        var cursor = Guid.TryParse(start.After ?? start.Before, out var last) ? await db.Teams.Where(t => t.Id == last).Select(t => t.NormalizedName).SingleOrDefaultAsync(cancel) : null;
        var backwards = start.AtEnd || (start.Before is not null && cursor is not null);
        if (cursor is not null)
            found = backwards ? found.Where(t => string.Compare(t.NormalizedName, cursor) < 0 || (t.NormalizedName == cursor && t.Id < last))
                : found.Where(t => string.Compare(t.NormalizedName, cursor) > 0 || (t.NormalizedName == cursor && t.Id > last));
        var ordered = backwards ? found.OrderByDescending(t => t.NormalizedName).ThenByDescending(t => t.Id) : found.OrderBy(t => t.NormalizedName).ThenBy(t => t.Id);
        var rows = await ordered.Skip(start.Skip).Take(size + 1).Select(t => new TeamItem(
            t.Id, t.Name, t.Description, t.OrganizationId, db.Organizations.Where(o => o.Id == t.OrganizationId).Select(o => o.Name).First(), t.LeadId,
            db.TeamMembers.Count(m => m.TeamId == t.Id && db.Users.Any(u => u.Id == m.UserId && u.DeletedAt == null)), t.CreatedAt, t.UpdatedAt)).ToListAsync(cancel);
        return new(Page.Of(rows, size, backwards, cursor is not null || start.Skip > 0, row => row.Id.ToString()), count);
    }
}
