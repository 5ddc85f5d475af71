using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using Microsoft.Extensions.DependencyInjection;

namespace UserAdmin.Tests.Roles;

/// <summary>Puts roles, organizations and assignments into a portal as somebody might have made them.</summary>
internal static class Rights
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    extension(ITestPortal portal)
    {
        public async Task<Guid> GivenRole(string name, Permission[]? grants = null, Permission[]? denies = null, Guid? parent = null, bool isActive = true)
        {
            var role = new Role { Name = name, NormalizedName = name.ToUpperInvariant(), ParentId = parent, IsActive = isActive, CreatedAt = portal.Clock.Now, UpdatedAt = portal.Clock.Now };
            await portal.Run(async (UserAdminDbContext db) =>
            {
                db.Roles.Add(role);
                foreach (var permission in grants ?? [])
                    db.RolePermissions.Add(new() { RoleId = role.Id, Permission = permission.Code });
                foreach (var permission in denies ?? [])
                    db.RolePermissions.Add(new() { RoleId = role.Id, Permission = permission.Code, IsDenied = true });
                return await db.SaveChangesAsync(Cancel);
            });
            await portal.Refresh();
            return role.Id;
        }

        public async Task<Guid> GivenOrganization(string name, Guid? parent = null)
        {
            var organization = new Organization { Name = name, NormalizedName = name.ToUpperInvariant(), ParentId = parent, CreatedAt = portal.Clock.Now, UpdatedAt = portal.Clock.Now };
            await portal.Run(async (UserAdminDbContext db) =>
            {
                db.Organizations.Add(organization);
                db.OrganizationPaths.Add(new() { AncestorId = organization.Id, OrganizationId = organization.Id });
                foreach (var above in await db.OrganizationPaths.Where(path => path.OrganizationId == parent).ToListAsync(Cancel))
                    db.OrganizationPaths.Add(new() { AncestorId = above.AncestorId, OrganizationId = organization.Id, Depth = above.Depth + 1 });
                return await db.SaveChangesAsync(Cancel);
            });
            await portal.Refresh();
            return organization.Id;
        }

        public Task<int> GivenMembership(Guid organizationId, params Guid[] userIds) => portal.Run((UserAdminDbContext db) =>
        {
            db.Memberships.AddRange(userIds.Select(id => new Membership { OrganizationId = organizationId, UserId = id, JoinedAt = portal.Clock.Now }));
            return db.SaveChangesAsync(Cancel);
        });

        public async Task<Guid> GivenAssignment(Guid userId, Guid roleId, Guid? organizationId = null, DateTimeOffset? startsAt = null, DateTimeOffset? endsAt = null)
        {
            var assignment = new RoleAssignment
            {
                UserId = userId,
                RoleId = roleId,
                OrganizationId = organizationId,
                StartsAt = startsAt ?? portal.Clock.Now,
                EndsAt = endsAt,
                AssignedAt = portal.Clock.Now,
                AssignedByName = "Somebody",
            };
            await portal.Run(async (UserAdminDbContext db) =>
            {
                db.RoleAssignments.Add(assignment);
                return await db.SaveChangesAsync(Cancel);
            });
            return assignment.Id;
        }

        public Task<Access> AccessOf(Guid userId) => portal.Run((AccessEvaluator access) => access.EvaluateAsync(userId, Cancel));

        /// <summary>The person with what they may do by now.</summary>
        public async Task<Actor> Again(Actor actor) => actor with { Access = await portal.AccessOf(actor.Id), AuthenticatedAt = portal.Clock.Now };

        public Task<Role> LoadRole(Guid id) => portal.Run((UserAdminDbContext db) => db.Roles.AsNoTracking().SingleAsync(role => role.Id == id, Cancel));

        /// <summary>Rows were put in by hand, so servers have to be told.</summary>
        public async Task Refresh()
        {
            await portal.Run(async (UserAdminDbContext db) =>
            {
                await db.ChangeStampAsync(ChangeStamp.Access, Cancel);
                return 0;
            });
            portal.Services.GetRequiredService<AccessCatalogue>().Forget(portal.Services.GetRequiredService<TenantDirectory>().Default);
        }
    }
}
