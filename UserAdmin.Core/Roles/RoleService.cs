using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Roles;

/// <summary>
/// Makes, edits and deletes roles. Such changes wait for each other, so two that would together make a cycle can't both happen, and each is judged by
/// what the roles are at its turn.
/// </summary>
public sealed class RoleService(UserAdminDbContext db, AccessCatalogue catalogue, SessionDirectory directory, CurrentTenant tenant, TimeProvider clock)
{
    /// <summary>Makes a role: from nothing, as a child that inherits, or with a copy of what another one grants and denies.</summary>
    public async Task<Result<Guid>> CreateAsync(NewRoleForm form, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var role = new Role { Name = Text.Squeeze(form.Name), NormalizedName = Normalize(form.Name), Description = Text.SqueezeToNull(form.Description), ParentId = form.ParentId, IsActive = form.IsActive, CreatedAt = now, UpdatedAt = now };
        var done = await ChangeAsync(role.Id, actor, async rows =>
        {
            if (RefuseParent(role.Id, form.ParentId, rows) is { } bad || (bad = await RefuseNameAsync(role, cancel)) is not null)
                return bad;
            var after = rows.With(Facts(role));
            var copied = form.CopyOfId is { } copied1 ? rows.Resolve().Find(copied1) : null;
            if (form.CopyOfId is not null && copied is null)
                return RoleProblems.NotFound;
            List<RolePermission> own = [.. Copy(role.Id, copied)];
            if (Refuse(role.Id, rows, after.Saying(role.Id, own), actor) is { } refused)
                return refused;
            db.Roles.Add(role);
            db.RolePermissions.AddRange(own);
            db.Record(AuditAction.RoleCreated, actor, new(role.Id, role.Name), now,
                [.. Differences(null, role, rows), .. own.Select(row => new FieldChange(row.Permission, null, row.IsDenied ? "denied" : "granted"))]);
            return Result.Ok;
        }, cancel);
        return done.Succeeded ? role.Id : done.Problem;
    }

    /// <summary>Changes name, description, parent and whether it is active. <paramref name="stamp"/> is the role's as it was shown; when it is another by now, nothing is saved.</summary>
    public Task<Result> EditAsync(Guid id, RoleForm form, string stamp, Actor actor, CancellationToken cancel) => ChangeAsync(id, actor, async rows =>
    {
        var role = await db.Roles.SingleOrDefaultAsync(r => r.Id == id, cancel);
        if (RefuseRole(role, stamp) is { } gone)
            return gone;
        var before = new Role { Name = role!.Name, NormalizedName = role.NormalizedName, Description = role.Description, ParentId = role.ParentId, IsActive = role.IsActive };
        (role.Name, role.NormalizedName, role.Description, role.ParentId, role.IsActive) = (Text.Squeeze(form.Name), Normalize(form.Name), Text.SqueezeToNull(form.Description), form.ParentId, form.IsActive);
        if (RefuseParent(id, form.ParentId, rows) is { } bad || (bad = await RefuseNameAsync(role, cancel)) is not null)
            return bad;
        if (Refuse(id, rows, rows.With(Facts(role)), actor) is { } refused)
            return refused;
        if (Differences(before, role, rows) is not { Count: > 0 } changes)
            return Result.Ok;
        var now = clock.GetUtcNow();
        (role.UpdatedAt, role.ConcurrencyStamp) = (now, Guid.NewGuid().ToString("N"));
        db.Record(AuditAction.RoleEdited, actor, new(id, role.Name), now, changes);
        return Result.Ok;
    }, cancel);

    /// <summary>Deletes a role from which no other inherits. Whoever has it gets another one or loses it, as the form says; without a word about them nothing is deleted.</summary>
    public async Task<Result> DeleteAsync(Guid id, RoleRemovalForm form, string stamp, Actor actor, CancellationToken cancel)
    {
        if (actor.NeedsStepUpAt(clock.GetUtcNow()))
            return StepUp.Needed;
        if (UserLifecycle.RefuseReason(form.Reason) is { } bad)
            return bad;
        return await ChangeAsync(id, actor, async rows =>
        {
            var role = await db.Roles.SingleOrDefaultAsync(r => r.Id == id, cancel);
            if (RefuseRole(role, stamp) is { } gone)
                return gone;
            if (rows.Roles.Where(other => other.ParentId == id).Select(other => other.Name).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } heirs)
                return RoleProblems.HasHeirs(heirs);
            if (Refuse(id, rows, rows.Without(id), actor) is { } refused)
                return refused;

            var now = clock.GetUtcNow();
            var held = db.RoleAssignments.Where(a => a.RoleId == id && (a.EndsAt == null || a.EndsAt > now));
            var count = await held.CountAsync(cancel);
            if (count > 0 && !actor.Can(Permission.RolesAssign))
                return RoleProblems.AboveYou([Permission.RolesAssign]);
            if (count > 0 && form is { ReplaceWithId: null, EndAssignments: false })
                return RoleProblems.InUse(count);
            string? instead = null;
            if (count > 0 && form.ReplaceWithId is { } replacement)
            {
                if (await RefuseReplacementAsync(replacement, id, rows, held, actor, cancel) is { } unfit)
                    return unfit;
                instead = rows.Find(replacement)!.Name;
                await held.ExecuteUpdateAsync(assignment => assignment.SetProperty(a => a.RoleId, replacement), cancel);
            }
            await db.RoleAssignments.Where(a => a.RoleId == id).ExecuteDeleteAsync(cancel);
            await db.ChangeStampAsync(ChangeStamp.Assignments, cancel);
            db.Roles.Remove(role!);
            db.Record(AuditAction.RoleDeleted, actor, new(id, role!.Name), now,
                [.. Differences(role, null, rows), new("Assignments", $"{count}", instead is null ? count == 0 ? "0" : "ended" : $"now {instead}")], Text.Squeeze(form.Reason));
            return Result.Ok;
        }, cancel);
    }

    internal static string Normalize(string name) => Text.Squeeze(Text.Compose(name)).ToUpperInvariant();

    /// <summary>Runs a change of one role in its turn and tells everybody. A refusal by rank is recorded.</summary>
    internal async Task<Result> ChangeAsync(Guid roleId, Actor actor, Func<RoleRows, Task<Result>> change, CancellationToken cancel)
    {
        if (!actor.Can(Permission.RolesEdit))
            return await db.DenyAsync(actor, Permission.RolesEdit, roleId, clock, cancel);
        var done = await db.WriteAsync(async () =>
        {
            await db.ChangeStampAsync(ChangeStamp.Access, cancel);
            var changed = await change(await RoleRows.LoadAsync(db, cancel));
            if (changed.Succeeded)
                await db.SaveChangesAsync(cancel);
            return changed;
        }, cancel);
        if (!done.Succeeded)
        {
            db.ChangeTracker.Clear();
            if (done.Problem.Kind == ProblemKind.NotAllowed)
                await db.DenyAsync(actor, Permission.RolesEdit, roleId, clock, cancel);
            return done;
        }
        catalogue.Forget(tenant.Tenant);
        await directory.RefreshAccessAsync(tenant.Tenant, cancel);
        return done;
    }

    internal static Problem? RefuseRole(Role? role, string stamp) =>
        role is null ? RoleProblems.NotFound : role.IsSystem ? RoleProblems.IsSystem : role.ConcurrencyStamp != stamp ? RoleProblems.Changed : null;

    internal Problem? Refuse(Guid roleId, RoleRows before, RoleRows after, Actor actor) =>
        RoleChange.Lacking(roleId, before, after, actor, tenant.Tenant.IsHost) is { Count: > 0 } lacking ? RoleProblems.AboveYou(lacking) : null;

    private static Problem? RefuseParent(Guid id, Guid? parentId, RoleRows rows) =>
        parentId is not { } parent ? null : rows.IsBelow(parent, id) || parent == id ? RoleProblems.Cycle : rows.Find(parent) is null ? RoleProblems.ParentMissing : null;

    private async Task<Problem?> RefuseNameAsync(Role role, CancellationToken cancel) =>
        await db.Roles.AnyAsync(r => r.NormalizedName == role.NormalizedName && r.Id != role.Id, cancel) ? RoleProblems.NameTaken : null;

    private async Task<Problem?> RefuseReplacementAsync(Guid replacement, Guid replaced, RoleRows rows, IQueryable<RoleAssignment> held, Actor actor, CancellationToken cancel)
    {
        if (replacement == replaced || replacement == SystemRoles.EndUser.Id || rows.Find(replacement) is not { IsActive: true })
            return RoleProblems.ReplacementMissing;
        if ((replacement == SystemRoles.OrganizationManager.Id && await held.AnyAsync(a => a.OrganizationId == null, cancel))
            || (replacement == SystemRoles.Owner.Id && await held.AnyAsync(a => a.OrganizationId != null, cancel)))
            return RoleProblems.ReplacementMissing;
        return rows.Resolve().Find(replacement)!.Granted.Where(permission => !actor.Can(permission) && (tenant.Tenant.IsHost || permission != Permission.TenantsManage)).ToList() is { Count: > 0 } lacking
            ? RoleProblems.AboveYou(lacking) : null;
    }

    private static RoleFacts Facts(Role role) => new(role.Id, role.Name, role.ParentId, role.IsActive);

    private IEnumerable<RolePermission> Copy(Guid roleId, ResolvedRole? from) => from is null ? []
        : from.Granted.Select(permission => (permission, IsDenied: false)).Concat(from.Denied.Select(permission => (permission, IsDenied: true)))
            .Where(said => tenant.Tenant.IsHost || said.permission != Permission.TenantsManage)
            .Select(said => new RolePermission { RoleId = roleId, Permission = said.permission.Code, IsDenied = said.IsDenied });

    private static List<FieldChange> Differences(Role? before, Role? after, RoleRows rows)
    {
        string? ParentOf(Role? role) => role?.ParentId is { } parent ? rows.Find(parent)?.Name : null;
        FieldChange[] all =
        [
            new(nameof(Role.Name), before?.Name, after?.Name),
            new(nameof(Role.Description), before?.Description, after?.Description),
            new("InheritsFrom", ParentOf(before), ParentOf(after)),
            new("Active", FieldChange.AsText(before?.IsActive), FieldChange.AsText(after?.IsActive)),
        ];
        return [.. all.Where(change => change.Before != change.After)];
    }
}
