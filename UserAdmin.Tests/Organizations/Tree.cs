using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Organizations;

namespace UserAdmin.Tests.Organizations;

/// <summary>Organizations, and who belongs to them and manages them.</summary>
public static class Tree
{
    public static readonly Person Ivan = new("Ivan", "Ingram", null);
    public static readonly Person Judy = new("Judy", "Jones", null);
    public static readonly Person Mallory = new("Mallory", "Moss", null);

    extension(ITestPortal portal)
    {
        public async Task<Guid> GivenOrganization(string name, Guid? below = null)
        {
            var created = await portal.Run((OrganizationService organizations) => organizations.CreateAsync(new() { Name = name }, below, Actor.System, default));
            Assert.Null(created.Problem);
            return created.Value;
        }

        /// <summary>Adds an active account that belongs to these organizations.</summary>
        public async Task<Actor> GivenMember(Person person, params Guid[] organizations)
        {
            var member = await portal.Given(person);
            foreach (var organization in organizations)
                await portal.Join(member, organization);
            return member;
        }

        public Task<int> Join(Actor person, Guid organization) => portal.Run((UserAdminDbContext db) =>
        {
            db.Memberships.Add(new() { OrganizationId = organization, UserId = person.Id, JoinedAt = portal.Clock.Now });
            return db.SaveChangesAsync();
        });

        /// <summary>Gives a role, everywhere or in an organization, and gives back the person as they are then.</summary>
        public async Task<Actor> GivenRole(Actor person, SystemRole role, Guid? organization = null)
        {
            await portal.Run((UserAdminDbContext db) =>
            {
                db.RoleAssignments.Add(new() { UserId = person.Id, RoleId = role.Id, OrganizationId = organization, StartsAt = portal.Clock.Now, AssignedAt = portal.Clock.Now, AssignedByName = "System" });
                return db.SaveChangesAsync();
            });
            return await portal.Again(person);
        }

        /// <summary>A role of this installation that denies something, given in an organization.</summary>
        public async Task<Actor> GivenDenial(Actor person, Guid organization, params Permission[] denied)
        {
            var role = new Role { Name = $"No {Guid.NewGuid():N}", NormalizedName = $"NO {Guid.NewGuid():N}" };
            await portal.Run(async (UserAdminDbContext db) =>
            {
                db.Roles.Add(role);
                db.RolePermissions.AddRange(denied.Select(permission => new RolePermission { RoleId = role.Id, Permission = permission.Code, IsDenied = true }));
                db.RoleAssignments.Add(new() { UserId = person.Id, RoleId = role.Id, OrganizationId = organization, StartsAt = portal.Clock.Now, AssignedAt = portal.Clock.Now, AssignedByName = "System" });
                await db.ChangeStampAsync(ChangeStamp.Access, default);
                return await db.SaveChangesAsync();
            });
            portal.Clock.Advance(TimeSpan.FromSeconds(6));
            return await portal.Again(person);
        }

        /// <summary>The person with what they may do now.</summary>
        public async Task<Actor> Again(Actor person) =>
            person with { Access = await portal.Run((AccessEvaluator access) => access.EvaluateAsync(person.Id, default)), AuthenticatedAt = portal.Clock.Now };

        /// <summary>A manager of this organization alone.</summary>
        public async Task<Actor> GivenManager(Person person, Guid organization) =>
            await portal.GivenRole(await portal.GivenMember(person, organization), SystemRoles.OrganizationManager, organization);
    }
}
