using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Organizations;

/// <summary>Changes that decide who may do what: such transactions wait for each other, and what people may do is worked out anew right after them.</summary>
public sealed class TreeChanges(UserAdminDbContext db, CurrentTenant tenant, AccessCatalogue catalogue, SessionDirectory directory)
{
    /// <summary>Changes organizations. What the work reads stays true until the commit: two moves at once can't make a circle, nor two organizations take one name.</summary>
    public Task<Result> WriteAsync(Func<Task<Result>> work, CancellationToken cancel) => WriteAsync(ChangeStamp.Access, work, cancel);

    /// <summary>Changes memberships, with which assignments may end.</summary>
    public Task<Result> WriteMembersAsync(Func<Task<Result>> work, CancellationToken cancel) => WriteAsync(ChangeStamp.Assignments, work, cancel);

    private async Task<Result> WriteAsync(string stamp, Func<Task<Result>> work, CancellationToken cancel)
    {
        var result = await db.WriteAsync(async () =>
        {
            await db.ChangeStampAsync(stamp, cancel);
            return await work();
        }, cancel);
        if (!result.Succeeded)
            return result;
        if (stamp == ChangeStamp.Access)
            catalogue.Forget(tenant.Tenant);
        await directory.RefreshAccessAsync(tenant.Tenant, cancel);
        return result;
    }
}
