using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Jobs;

/// <summary>Whom the portal writes to when it needs somebody to look after it: those who may manage jobs.</summary>
public sealed class Administrators(UserAdminDbContext db, PermissionHolders holders, AccessCatalogue catalogue, CurrentTenant tenant, TimeProvider clock)
{
    private const int Most = 20;

    public async Task<IReadOnlyList<User>> ListAsync(CancellationToken cancel)
    {
        var (book, now) = (await catalogue.GetAsync(tenant.Tenant, cancel), clock.GetUtcNow());
        return await holders.Holders(db.Users.WithStatus(UserStatus.Active, now), Permission.JobsManage, null, book, now)
            .Where(u => u.Email != null).OrderBy(u => u.SortName).ThenBy(u => u.Id).Take(Most).AsNoTracking().ToListAsync(cancel);
    }
}
