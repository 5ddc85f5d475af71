using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Registration;

/// <summary>What can be chosen for people who are invited to one place: an organization, or everywhere.</summary>
public sealed record InvitationPlace(NamedChoice? Organization, IReadOnlyList<NamedChoice> Roles, IReadOnlyList<NamedChoice> Teams);

/// <summary>Offers whoever invites what they may invite into.</summary>
public sealed class InvitationChoices(UserAdminDbContext db, RoleGrants grants)
{
    private const int Offered = 8;

    /// <summary>The first active organizations by name that contain the text and into which the actor may invite.</summary>
    public async Task<IReadOnlyList<NamedChoice>> FindOrganizationsAsync(string? text, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(Permission.InvitationsManage))
            return [];
        var part = Text.Compose(Text.Visible(text)).ToUpperInvariant();
        var organizations = Open(actor);
        if (part.Length > 0)
            organizations = organizations.Where(o => o.NormalizedName.Contains(part));
        return await organizations.OrderBy(o => o.NormalizedName).ThenBy(o => o.Id).Take(Offered).Select(o => new NamedChoice(o.Id, o.Name)).ToListAsync(cancel);
    }

    /// <summary>Null when the actor can't invite there.</summary>
    public async Task<InvitationPlace?> FindAsync(Guid? organizationId, Actor actor, CancellationToken cancel)
    {
        var organization = organizationId is null ? null : await Open(actor).Where(o => o.Id == organizationId).Select(o => new NamedChoice(o.Id, o.Name)).SingleOrDefaultAsync(cancel);
        if (organizationId is not null ? organization is null : !actor.Can(Permission.InvitationsManage))
            return null;
        return new(organization, await grants.FindAsync(actor.Access, organizationId, cancel),
            organizationId is not { } id || !actor.CanIn(id, Permission.TeamsManage) ? []
                : await db.Teams.Where(t => t.OrganizationId == id).OrderBy(t => t.NormalizedName).Select(t => new NamedChoice(t.Id, t.Name)).ToListAsync(cancel));
    }

    private IQueryable<Organizations.Organization> Open(Actor actor)
    {
        var (within, inForce) = (db.OrganizationsWithin(actor, Permission.InvitationsManage), db.OrganizationsInForce());
        return db.Organizations.Where(o => within.Contains(o.Id) && inForce.Contains(o.Id));
    }
}
