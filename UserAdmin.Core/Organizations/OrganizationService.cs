using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Organizations;

/// <summary>What became of an edit: saved, or the fields that somebody else changed meanwhile together with the current state.</summary>
public sealed record OrganizationOutcome(IReadOnlyList<FieldConflict> Conflicts, OrganizationForm Current);

/// <summary>Makes, edits and moves organizations. An organization that the actor may not see answers like a missing one.</summary>
public sealed class OrganizationService(UserAdminDbContext db, TreeChanges tree, TimeProvider clock)
{
    public const int MaximumDepth = 20;

    /// <summary>Makes an organization at the top, which needs <see cref="Permission.OrganizationsCreate"/> everywhere, or below another, which needs it there.</summary>
    public async Task<Result<Guid>> CreateAsync(OrganizationForm form, Guid? parentId, Actor actor, CancellationToken cancel)
    {
        if (await RefusePlaceAsync(parentId, actor, cancel) is { } refused)
            return refused;

        var now = clock.GetUtcNow();
        var organization = new Organization { ParentId = parentId, Name = "", NormalizedName = "", CreatedAt = now, UpdatedAt = now };
        form.ApplyTo(organization);
        var result = await tree.WriteAsync(async () =>
        {
            if (await FindProblemAsync(organization, parentId, cancel) is { } problem)
                return problem;
            db.Organizations.Add(organization);
            db.OrganizationPaths.Add(new() { AncestorId = organization.Id, OrganizationId = organization.Id });
            if (parentId is not null)
                foreach (var above in await db.OrganizationPaths.AsNoTracking().Where(path => path.OrganizationId == parentId).ToListAsync(cancel))
                    db.OrganizationPaths.Add(new() { AncestorId = above.AncestorId, OrganizationId = organization.Id, Depth = above.Depth + 1 });
            db.Record(AuditAction.OrganizationCreated, actor, TargetOf(organization), now, [.. FieldChange.Of(db.Entry(organization)), .. await PlaceAsync("Above", null, parentId, cancel)]);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? organization.Id : result.Problem;
    }

    /// <summary>
    /// Saves the fields in which <paramref name="mine"/> differs from <paramref name="original"/>, the form as it was loaded. Changes that
    /// others made to other fields stay; where both changed the same field nothing is saved and the conflicts come back.
    /// </summary>
    public async Task<Result<OrganizationOutcome>> EditAsync(Guid id, OrganizationForm mine, OrganizationForm original, Actor actor, CancellationToken cancel)
    {
        if (await RefuseAsync(id, Permission.OrganizationsEdit, actor, cancel) is { } refused)
            return refused;

        var now = clock.GetUtcNow();
        OrganizationOutcome? outcome = null;
        var result = await tree.WriteAsync(async () =>
        {
            var organization = await db.Organizations.Existing().SingleOrDefaultAsync(o => o.Id == id, cancel);
            if (organization is null)
                return OrganizationProblems.NotFound;
            var current = OrganizationForm.Of(organization);
            var changed = OrganizationField.All.Where(field => field.Get(mine) != field.Get(original)).ToList();
            List<FieldConflict> conflicts =
                [.. from field in changed
                    where field.Get(current) != field.Get(original) && field.Get(current) != field.Get(mine)
                    select new FieldConflict(field, field.Get(original), field.Get(current), field.Get(mine))];
            outcome = new(conflicts, current);
            if (conflicts.Count > 0)
                return Result.Ok;

            changed.ForEach(field => field.CopyTo(mine, current));
            current.ApplyTo(organization);
            if (await IsNameTakenAsync(organization, organization.ParentId, cancel))
                return OrganizationProblems.NameTaken;
            var changes = FieldChange.Of(db.Entry(organization));
            if (changes.Count == 0)
                return Result.Ok;
            (organization.UpdatedAt, organization.ConcurrencyStamp) = (now, Guid.NewGuid().ToString("N"));
            db.Record(AuditAction.OrganizationEdited, actor, TargetOf(organization), now, changes);
            await db.SaveChangesAsync(cancel);
            outcome = new([], OrganizationForm.Of(organization));
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? outcome! : result.Problem;
    }

    /// <summary>
    /// Puts an organization with all below it under another one, or at the top. Needs <see cref="Permission.OrganizationsEdit"/> in it and above it, and
    /// <see cref="Permission.OrganizationsCreate"/> in the new place. The actor must not gain rights by it (E05).
    /// </summary>
    public async Task<Result> MoveAsync(Guid id, Guid? parentId, string reason, Actor actor, CancellationToken cancel)
    {
        if (await RefuseAsync(id, Permission.OrganizationsEdit, actor, cancel) is { } refused)
            return refused;
        if (Users.UserLifecycle.RefuseReason(reason) is { } bad)
            return bad;
        var former = await db.Organizations.Where(o => o.Id == id).Select(o => o.ParentId).SingleAsync(cancel);
        if (!(former is { } above ? actor.CanIn(above, Permission.OrganizationsEdit) : actor.Can(Permission.OrganizationsEdit)))
            return await db.DenyAsync(actor, Permission.OrganizationsEdit, id, clock, cancel);
        if (await RefusePlaceAsync(parentId, actor, cancel) is { } refusedThere)
            return refusedThere;
        if (parentId is { } there && PermissionInfo.All.Any(info => info.Scope == PermissionScope.Organization && actor.CanIn(there, info.Permission) && !actor.CanIn(id, info.Permission)))
            return OrganizationProblems.MoreRights;

        var now = clock.GetUtcNow();
        return await tree.WriteAsync(async () =>
        {
            var organization = await db.Organizations.Existing().SingleOrDefaultAsync(o => o.Id == id, cancel);
            if (organization is null)
                return OrganizationProblems.NotFound;
            // What was asked above holds for the place in which it stood then.
            if (organization.ParentId != former)
                return OrganizationProblems.WrongStatus;
            if (organization.ParentId == parentId)
                return OrganizationProblems.SamePlace;
            if (await db.OrganizationPaths.AnyAsync(path => path.AncestorId == id && path.OrganizationId == parentId, cancel))
                return OrganizationProblems.Cycle;
            if (await FindProblemAsync(organization, parentId, cancel) is { } problem)
                return problem;

            var place = await PlaceAsync("Above", former, parentId, cancel);
            (organization.ParentId, organization.UpdatedAt, organization.ConcurrencyStamp) = (parentId, now, Guid.NewGuid().ToString("N"));
            await RewritePathsAsync(id, parentId, cancel);
            db.Record(AuditAction.OrganizationMoved, actor, TargetOf(organization), now, place, Text.Squeeze(reason));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>Null when the actor may do this in an organization that is not deleted. One out of sight is not found; refusals are recorded.</summary>
    internal async Task<Problem?> RefuseAsync(Guid id, Permission permission, Actor actor, CancellationToken cancel) =>
        !actor.CanSomewhere(permission) ? await db.DenyAsync(actor, permission, id, clock, cancel)
        : !actor.CanIn(id, Permission.OrganizationsView) || !await db.Organizations.Existing().AnyAsync(o => o.Id == id, cancel) ? OrganizationProblems.NotFound
        : !actor.CanIn(id, permission) ? await db.DenyAsync(actor, permission, id, clock, cancel)
        : null;

    internal static AuditTarget TargetOf(Organization organization) => new(organization.Id, organization.Name);

    private async Task<Problem?> RefusePlaceAsync(Guid? parentId, Actor actor, CancellationToken cancel) =>
        parentId is { } parent ? await RefuseAsync(parent, Permission.OrganizationsCreate, actor, cancel)
        : actor.Can(Permission.OrganizationsCreate) ? null
        : await db.DenyAsync(actor, Permission.OrganizationsCreate, null, clock, cancel);

    private async Task<Problem?> FindProblemAsync(Organization organization, Guid? parentId, CancellationToken cancel)
    {
        if (parentId is not null && !await db.Organizations.InForce(db).AnyAsync(o => o.Id == parentId, cancel))
            return OrganizationProblems.ParentUnusable;
        var levels = await db.OrganizationPaths.CountAsync(path => path.OrganizationId == parentId, cancel)
            + (await db.OrganizationPaths.Where(path => path.AncestorId == organization.Id).MaxAsync(path => (int?)path.Depth, cancel) ?? 0) + 1;
        return levels > MaximumDepth ? OrganizationProblems.TooDeep : await IsNameTakenAsync(organization, parentId, cancel) ? OrganizationProblems.NameTaken : null;
    }

    private Task<bool> IsNameTakenAsync(Organization organization, Guid? parentId, CancellationToken cancel) =>
        db.Organizations.Existing().AnyAsync(o => o.ParentId == parentId && o.NormalizedName == organization.NormalizedName && o.Id != organization.Id, cancel);

    private async Task<IReadOnlyList<FieldChange>> PlaceAsync(string field, Guid? before, Guid? after, CancellationToken cancel)
    {
        if (before == after)
            return [];
        var names = await db.Organizations.Where(o => o.Id == before || o.Id == after).ToDictionaryAsync(o => o.Id, o => o.Name, cancel);
        return [new(field, before is { } from ? names.GetValueOrDefault(from) : null, after is { } to ? names.GetValueOrDefault(to) : null)];
    }

    private async Task RewritePathsAsync(Guid id, Guid? parentId, CancellationToken cancel)
    {
        var below = db.OrganizationPaths.Where(path => path.AncestorId == id).Select(path => path.OrganizationId);
        var above = db.OrganizationPaths.Where(path => path.OrganizationId == id && path.AncestorId != id).Select(path => path.AncestorId);
        await db.OrganizationPaths.Where(path => below.Contains(path.OrganizationId) && above.Contains(path.AncestorId)).ExecuteDeleteAsync(cancel);
        if (parentId is { } parent)
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO organization_paths (ancestor_id, organization_id, depth)
                SELECT a.ancestor_id, d.organization_id, a.depth + d.depth + 1
                FROM organization_paths a CROSS JOIN organization_paths d
                WHERE a.organization_id = {parent} AND d.ancestor_id = {id}
                """, cancel);
    }
}
