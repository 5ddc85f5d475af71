using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Users;

/// <summary>Keeps the promise that there is always an active administrator whose account has no end date (E07).</summary>
public sealed class Administrators(UserAdminDbContext db)
{
    /// <summary>
    /// Call inside the transaction of the change. Writing to the role's row makes all such transactions wait for each other, on
    /// every database, so that two administrators can't remove each other at once.
    /// </summary>
    public async Task<Problem?> RefuseToLoseAsync(Guid userId, DateTimeOffset now, CancellationToken cancel)
    {
        await LockAsync(cancel);
        var remaining = db.Users.WithStatus(UserStatus.Active, now).Administrators(db).Where(u => u.ExpiresAt == null);
        return await IsAdministratorAsync(userId, cancel) && !await remaining.AnyAsync(u => u.Id != userId, cancel)
            ? UserProblems.LastAdministrator
            : null;
    }

    public Task<bool> IsAdministratorAsync(Guid userId, CancellationToken cancel) =>
        db.UserRoles.AnyAsync(r => r.UserId == userId && r.RoleId == Role.AdministratorId, cancel);

    public Task<bool> AnyAsync(CancellationToken cancel) =>
        db.Users.Existing().Administrators(db).AnyAsync(cancel);

    public void Appoint(User user) => db.UserRoles.Add(new IdentityUserRole<Guid> { UserId = user.Id, RoleId = Role.AdministratorId });

    public Task LockAsync(CancellationToken cancel)
    {
        var stamp = Guid.NewGuid().ToString("N");
        return db.Roles.Where(r => r.Id == Role.AdministratorId)
            .ExecuteUpdateAsync(role => role.SetProperty(r => r.ConcurrencyStamp, stamp), cancel);
    }
}
