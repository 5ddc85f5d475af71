using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Roles;

/// <summary>Keeps the promise that there is always an active owner whose account and whose role have no end date (E07).</summary>
public sealed class Owners(UserAdminDbContext db)
{
    /// <summary>
    /// Call inside the transaction of the change, before it: the account or the assignments of this person may be lost. Writing to the role's row makes all
    /// such transactions wait for each other, on every database, so that two owners can't remove each other at once.
    /// </summary>
    public async Task<Problem?> RefuseToLoseAsync(Guid userId, DateTimeOffset now, CancellationToken cancel)
    {
        await LockAsync(cancel);
        return await IsOwnerAsync(userId, now, cancel) && !await Lasting(now).AnyAsync(u => u.Id != userId, cancel) ? UserProblems.LastOwner : null;
    }

    public Task<bool> IsOwnerAsync(Guid userId, DateTimeOffset now, CancellationToken cancel) =>
        db.RoleAssignments.InForce(now).AnyAsync(a => a.UserId == userId && a.RoleId == SystemRoles.Owner.Id && a.OrganizationId == null, cancel);

    /// <summary>Whether anybody owns this installation, be their account active or not.</summary>
    public Task<bool> AnyAsync(CancellationToken cancel) =>
        db.Users.Existing().AnyAsync(u => db.RoleAssignments.Any(a => a.UserId == u.Id && a.RoleId == SystemRoles.Owner.Id && a.OrganizationId == null), cancel);

    public void Appoint(User user, Actor actor, DateTimeOffset now) => db.RoleAssignments.Add(new()
    {
        UserId = user.Id,
        RoleId = SystemRoles.Owner.Id,
        StartsAt = now,
        AssignedAt = now,
        AssignedById = actor.UserId,
        AssignedByName = actor.Name,
    });

    public Task LockAsync(CancellationToken cancel)
    {
        var stamp = Guid.NewGuid().ToString("N");
        return db.Roles.Where(r => r.Id == SystemRoles.Owner.Id).ExecuteUpdateAsync(role => role.SetProperty(r => r.ConcurrencyStamp, stamp), cancel);
    }

    private IQueryable<User> Lasting(DateTimeOffset now) => db.Users.WithStatus(UserStatus.Active, now).Where(u => u.ExpiresAt == null
        && db.RoleAssignments.Any(a => a.UserId == u.Id && a.RoleId == SystemRoles.Owner.Id && a.OrganizationId == null && a.StartsAt <= now && a.EndsAt == null));
}
