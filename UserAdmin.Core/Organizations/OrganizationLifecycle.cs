using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Organizations;

/// <summary>
/// Switches organizations off and on. Members stay members and keep their accounts; roles held in an organization that is off, or below one, give nothing.
/// Each step needs <see cref="Permission.OrganizationsDeactivate"/> and a reason, and is recorded.
/// </summary>
public sealed class OrganizationLifecycle(UserAdminDbContext db, TreeChanges tree, TimeProvider clock)
{
    public Task<Result> DeactivateAsync(Guid id, string reason, Actor actor, CancellationToken cancel) =>
        ChangeAsync(id, OrganizationStatus.Active, reason, actor, AuditAction.OrganizationDeactivated, (organization, now) =>
            (organization.DeactivatedAt, organization.StatusReason) = (now, Text.Squeeze(reason)), cancel);

    public Task<Result> ActivateAsync(Guid id, string reason, Actor actor, CancellationToken cancel) =>
        ChangeAsync(id, OrganizationStatus.Deactivated, reason, actor, AuditAction.OrganizationActivated, (organization, _) =>
            (organization.DeactivatedAt, organization.StatusReason) = (null, null), cancel);

    /// <summary>Takes it out of the tree, with its members and teams as they are. Refused while there are organizations below it.</summary>
    public Task<Result> DeleteAsync(Guid id, string reason, Actor actor, CancellationToken cancel) =>
        ChangeAsync(id, null, reason, actor, AuditAction.OrganizationDeleted, (organization, now) =>
            (organization.DeletedAt, organization.StatusReason) = (now, Text.Squeeze(reason)), cancel,
            async organization => await db.Organizations.Existing().AnyAsync(o => o.ParentId == organization.Id, cancel) ? OrganizationProblems.HasSubsidiaries : null);

    /// <summary>Brings it back to where it was. Refused while the organization above it is deleted or its name is taken there.</summary>
    public Task<Result> RestoreAsync(Guid id, string reason, Actor actor, CancellationToken cancel) =>
        ChangeAsync(id, OrganizationStatus.Deleted, reason, actor, AuditAction.OrganizationRestored, (organization, _) =>
            (organization.DeletedAt, organization.StatusReason) = (null, null), cancel, async organization =>
            organization.ParentId is { } above && !await db.Organizations.Existing().AnyAsync(o => o.Id == above, cancel) ? OrganizationProblems.ParentUnusable
            : await db.Organizations.Existing().AnyAsync(o => o.ParentId == organization.ParentId && o.NormalizedName == organization.NormalizedName, cancel) ? OrganizationProblems.NameTaken with { Field = null }
            : null);

    private async Task<Result> ChangeAsync(
        Guid id, OrganizationStatus? expected, string reason, Actor actor, AuditAction action, Action<Organization, DateTimeOffset> change, CancellationToken cancel,
        Func<Organization, Task<Problem?>>? refuse = null)
    {
        if (!actor.CanSomewhere(Permission.OrganizationsDeactivate))
            return await db.DenyAsync(actor, Permission.OrganizationsDeactivate, id, clock, cancel);
        if (!actor.CanIn(id, Permission.OrganizationsView) || !await db.Organizations.AnyAsync(o => o.Id == id, cancel))
            return OrganizationProblems.NotFound;
        if (!actor.CanIn(id, Permission.OrganizationsDeactivate))
            return await db.DenyAsync(actor, Permission.OrganizationsDeactivate, id, clock, cancel);
        if (UserLifecycle.RefuseReason(reason) is { } bad)
            return bad;

        var now = clock.GetUtcNow();
        return await tree.WriteAsync(async () =>
        {
            var organization = await db.Organizations.SingleAsync(o => o.Id == id, cancel);
            if (expected is null ? organization.Status == OrganizationStatus.Deleted : organization.Status != expected)
                return OrganizationProblems.WrongStatus;
            if (refuse is not null && await refuse(organization) is { } problem)
                return problem;
            change(organization, now);
            (organization.UpdatedAt, organization.ConcurrencyStamp) = (now, Guid.NewGuid().ToString("N"));
            db.Record(action, actor, OrganizationService.TargetOf(organization), now, FieldChange.Of(db.Entry(organization)), Text.Squeeze(reason));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }
}
