using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Organizations;

public sealed record TeamRow(Guid Id, string Name, string? Description, string? Lead, int Members);

public sealed record TeamMemberRow(Guid UserId, string FullName, DateTimeOffset AddedAt, bool IsLead);

public sealed record TeamDetails(Guid Id, Guid OrganizationId, string Organization, TeamForm Form, string ConcurrencyStamp, IReadOnlyList<TeamMemberRow> Members, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Shows and looks after the teams of organizations. To see them needs <see cref="Permission.OrganizationsView"/> there, to change them <see cref="Permission.TeamsManage"/>.</summary>
public sealed class TeamService(UserAdminDbContext db, OrganizationService organizations, TimeProvider clock)
{
    // A team whose members don't fit on a page is an organization.
    private const int Shown = 500;

    public async Task<IReadOnlyList<TeamRow>> ListAsync(Guid organizationId, Actor actor, CancellationToken cancel) => !actor.CanIn(organizationId, Permission.OrganizationsView) ? [] :
        await db.Teams.Where(t => t.OrganizationId == organizationId).OrderBy(t => t.NormalizedName).Take(Shown).Select(t => new TeamRow(
            t.Id, t.Name, t.Description, db.Users.Where(u => u.Id == t.LeadId).Select(u => (u.FirstName + " " + u.LastName).Trim()).FirstOrDefault(),
            db.TeamMembers.Count(m => m.TeamId == t.Id && db.Users.Any(u => u.Id == m.UserId && u.DeletedAt == null)))).ToListAsync(cancel);

    public async Task<TeamDetails?> FindAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        var team = await db.Teams.AsNoTracking().SingleOrDefaultAsync(t => t.Id == id, cancel);
        if (team is null || !actor.CanIn(team.OrganizationId, Permission.OrganizationsView) || await db.Organizations.SingleAsync(o => o.Id == team.OrganizationId, cancel) is not { DeletedAt: null } organization)
            return null;
        var members = await (from member in db.TeamMembers
                             join user in db.Users.Existing() on member.UserId equals user.Id
                             where member.TeamId == id
                             orderby user.SortName, user.Id
                             select new TeamMemberRow(user.Id, (user.FirstName + " " + user.LastName).Trim(), member.AddedAt, user.Id == team.LeadId)).Take(Shown).ToListAsync(cancel);
        return new(id, organization.Id, organization.Name, new() { Name = team.Name, Description = team.Description }, team.ConcurrencyStamp, members, team.CreatedAt, team.UpdatedAt);
    }

    public async Task<Result<Guid>> CreateAsync(Guid organizationId, TeamForm form, Actor actor, CancellationToken cancel)
    {
        if (await organizations.RefuseAsync(organizationId, Permission.TeamsManage, actor, cancel) is { } refused)
            return refused;
        var now = clock.GetUtcNow();
        var team = new Team { OrganizationId = organizationId, Name = "", NormalizedName = "", CreatedAt = now };
        Apply(form, team, now);
        db.Teams.Add(team);
        db.Record(AuditAction.TeamCreated, actor, TargetOf(team), now, FieldChange.Of(db.Entry(team)));
        return await TrySaveAsync(team, cancel) is { } problem ? problem : team.Id;
    }

    /// <summary>Renames and describes. <paramref name="stamp"/> is that of the team as it was loaded: who comes second sees the other's change first.</summary>
    public Task<Result> EditAsync(Guid id, TeamForm form, string stamp, Actor actor, CancellationToken cancel) => ChangeAsync(id, actor, team =>
    {
        if (team.ConcurrencyStamp != stamp)
            return Task.FromResult<Problem?>(OrganizationProblems.TeamChanged);
        Apply(form, team, clock.GetUtcNow());
        if (FieldChange.Of(db.Entry(team)) is { Count: > 0 } changes)
            db.Record(AuditAction.TeamEdited, actor, TargetOf(team), clock.GetUtcNow(), changes);
        return Task.FromResult<Problem?>(null);
    }, cancel);

    public Task<Result> DeleteAsync(Guid id, string reason, Actor actor, CancellationToken cancel) => ChangeAsync(id, actor, team =>
    {
        if (UserLifecycle.RefuseReason(reason) is { } bad)
            return Task.FromResult<Problem?>(bad);
        db.Teams.Remove(team);
        db.Record(AuditAction.TeamDeleted, actor, TargetOf(team), clock.GetUtcNow(), FieldChange.Of(db.Entry(team)), Text.Squeeze(reason));
        return Task.FromResult<Problem?>(null);
    }, cancel);

    /// <summary>The person must belong to the team's organization or to one below it.</summary>
    public Task<Result> AddMemberAsync(Guid id, Guid userId, Actor actor, CancellationToken cancel) => ChangeAsync(id, actor, async team =>
    {
        var user = await db.Users.Existing().AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId && db.Memberships.Any(m => m.UserId == userId
            && db.OrganizationPaths.Any(path => path.AncestorId == team.OrganizationId && path.OrganizationId == m.OrganizationId)), cancel);
        if (user is null)
            return OrganizationProblems.NotOfOrganization;
        if (await db.TeamMembers.AnyAsync(m => m.TeamId == id && m.UserId == userId, cancel))
            return OrganizationProblems.AlreadyMember;
        var now = clock.GetUtcNow();
        db.TeamMembers.Add(new() { TeamId = id, UserId = userId, AddedAt = now });
        db.Record(AuditAction.TeamMemberAdded, actor, TargetOf(team), now, [new("Member", null, ((AuditTarget)user).Name)]);
        return null;
    }, cancel);

    /// <summary>Who leads it no longer does when they are removed.</summary>
    public Task<Result> RemoveMemberAsync(Guid id, Guid userId, Actor actor, CancellationToken cancel) => ChangeAsync(id, actor, async team =>
    {
        if (await db.TeamMembers.SingleOrDefaultAsync(m => m.TeamId == id && m.UserId == userId, cancel) is not { } member)
            return OrganizationProblems.NotInTeam;
        db.TeamMembers.Remove(member);
        if (team.LeadId == userId)
            team.LeadId = null;
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancel);
        db.Record(AuditAction.TeamMemberRemoved, actor, TargetOf(team), clock.GetUtcNow(), [new("Member", ((AuditTarget)user).Name, null)]);
        return null;
    }, cancel);

    /// <summary>Makes a member of the team its lead, or nobody.</summary>
    public Task<Result> SetLeadAsync(Guid id, Guid? userId, Actor actor, CancellationToken cancel) => ChangeAsync(id, actor, async team =>
    {
        if (userId is not null && !await db.TeamMembers.AnyAsync(m => m.TeamId == id && m.UserId == userId, cancel))
            return OrganizationProblems.NotInTeam;
        if (team.LeadId == userId)
            return null;
        var names = await db.Users.Where(u => u.Id == userId || u.Id == team.LeadId).ToDictionaryAsync(u => u.Id, u => u.FirstName + " " + u.LastName, cancel);
        db.Record(AuditAction.TeamEdited, actor, TargetOf(team), clock.GetUtcNow(),
            [new("Lead", team.LeadId is { } before ? names.GetValueOrDefault(before) : null, userId is { } after ? names.GetValueOrDefault(after) : null)]);
        team.LeadId = userId;
        return null;
    }, cancel);

    private async Task<Result> ChangeAsync(Guid id, Actor actor, Func<Team, Task<Problem?>> change, CancellationToken cancel)
    {
        if (await db.Teams.Where(t => t.Id == id).Select(t => (Guid?)t.OrganizationId).SingleOrDefaultAsync(cancel) is not { } organizationId)
            return actor.CanSomewhere(Permission.TeamsManage) ? OrganizationProblems.NoTeam : await db.DenyAsync(actor, Permission.TeamsManage, id, clock, cancel);
        if (await organizations.RefuseAsync(organizationId, Permission.TeamsManage, actor, cancel) is { } refused)
            return refused.Kind == ProblemKind.NotFound ? OrganizationProblems.NoTeam : refused;
        return await db.WriteAsync(async () =>
        {
            // Whoever else changes this team at the moment waits.
            await db.Teams.Where(t => t.Id == id).ExecuteUpdateAsync(row => row.SetProperty(t => t.LeadId, t => t.LeadId), cancel);
            var team = await db.Teams.SingleOrDefaultAsync(t => t.Id == id, cancel);
            if (team is null)
                return OrganizationProblems.NoTeam;
            if (await change(team) is { } problem)
                return problem;
            if (db.Entry(team).State == EntityState.Modified)
                (team.ConcurrencyStamp, team.UpdatedAt) = (Guid.NewGuid().ToString("N"), clock.GetUtcNow());
            return await TrySaveAsync(team, cancel) is { } refusedSave ? refusedSave : Result.Ok;
        }, cancel);
    }

    private static void Apply(TeamForm form, Team team, DateTimeOffset now)
    {
        (team.Name, team.NormalizedName) = (Text.Squeeze(form.Name), Text.Shorten(OrganizationForm.NormalizedNameOf(form.Name), 200));
        team.Description = OrganizationForm.LinesToNull(form.Description);
        if (team.UpdatedAt == default)
            team.UpdatedAt = now;
    }

    // The indexes have the last word on names that two take at once, and on members whom two add at once.
    private async Task<Problem?> TrySaveAsync(Team team, CancellationToken cancel)
    {
        try
        {
            await db.SaveChangesAsync(cancel);
            return null;
        }
        catch (DbUpdateConcurrencyException)
        {
            return OrganizationProblems.TeamChanged;
        }
        catch (DbUpdateException refused)
        {
            return refused.Entries.Any(entry => entry.Entity is TeamMember) ? OrganizationProblems.AlreadyMember
                : refused.Entries.Any(entry => entry.Entity == team) ? OrganizationProblems.TeamNameTaken : throw new InvalidOperationException("The team could not be saved.", refused);
        }
    }

    private static AuditTarget TargetOf(Team team) => new(team.Id, team.Name);
}
