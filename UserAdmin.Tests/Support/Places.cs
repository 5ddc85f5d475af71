using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Tests.Support;

/// <summary>Organizations, and roles in them, for tests about something else.</summary>
public static class Places
{
    extension(ITestPortal portal)
    {
        /// <summary>An active organization, below another when given.</summary>
        public async Task<Guid> GivenPlace(string name, Guid? below = null, Action<Organization>? with = null)
        {
            var organization = new Organization { Name = name, NormalizedName = name.ToUpperInvariant(), ParentId = below, CreatedAt = portal.Clock.Now, UpdatedAt = portal.Clock.Now };
            with?.Invoke(organization);
            await portal.Run(async (UserAdminDbContext db) =>
            {
                db.Organizations.Add(organization);
                db.OrganizationPaths.Add(new() { AncestorId = organization.Id, OrganizationId = organization.Id });
                foreach (var above in db.OrganizationPaths.Where(path => path.OrganizationId == below).ToList())
                    db.OrganizationPaths.Add(new() { AncestorId = above.AncestorId, OrganizationId = organization.Id, Depth = above.Depth + 1 });
                return await db.SaveChangesAsync();
            });
            portal.ForgetAccess();
            return organization.Id;
        }

        /// <summary>Somebody with this role in an organization, of which they are a member, or everywhere.</summary>
        public async Task<Actor> Given(Person person, SystemRole role, Guid? organization, Action<Core.Users.User>? with = null)
        {
            var actor = await portal.Given(person, with);
            await portal.Run(async (UserAdminDbContext db) =>
            {
                if (organization is { } place)
                    db.Memberships.Add(new() { OrganizationId = place, UserId = actor.Id, JoinedAt = portal.Clock.Now });
                db.RoleAssignments.Add(new() { UserId = actor.Id, RoleId = role.Id, OrganizationId = organization, StartsAt = portal.Clock.Now, AssignedAt = portal.Clock.Now, AssignedByName = "System" });
                return await db.SaveChangesAsync();
            });
            return await portal.Again(actor);
        }

        /// <summary>A role of this installation.</summary>
        public async Task<Guid> GivenRole(string name, params Permission[] grants)
        {
            var role = new Role { Name = name, NormalizedName = name.ToUpperInvariant(), CreatedAt = portal.Clock.Now, UpdatedAt = portal.Clock.Now };
            await portal.Run(async (UserAdminDbContext db) =>
            {
                db.Roles.Add(role);
                db.RolePermissions.AddRange(grants.Select(permission => new RolePermission { RoleId = role.Id, Permission = permission.Code }));
                return await db.SaveChangesAsync();
            });
            portal.ForgetAccess();
            return role.Id;
        }

        /// <summary>The same person, able to do what they may at this moment, who has just proven who they are.</summary>
        public async Task<Actor> Again(Actor actor) =>
            actor with { Access = await portal.Run((AccessEvaluator access) => access.EvaluateAsync(actor.Id, default)), AuthenticatedAt = portal.Clock.Now };

        public void ForgetAccess() => portal.Services.GetRequiredService<AccessCatalogue>().Forget(portal.Services.GetRequiredService<TenantDirectory>().Default);
    }
}
