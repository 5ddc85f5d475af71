using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Organizations;

public static class Joining
{
    extension(UserAdminDbContext db)
    {
        /// <summary>Makes somebody a member with what the next save writes; it stands in the history of both. Whether that may be is the caller's business.</summary>
        public void Join(Organization organization, User user, string? title, Actor actor, DateTimeOffset now)
        {
            db.Memberships.Add(new() { OrganizationId = organization.Id, UserId = user.Id, Title = title, JoinedAt = now, AddedById = actor.UserId });
            AuditTarget person = user;
            db.Record(AuditAction.MemberAdded, actor, new(organization.Id, organization.Name), now, [new("Member", null, person.Name), .. TitleOf(title)]);
            db.Record(AuditAction.OrganizationJoined, actor, person, now, [new("Organization", null, organization.Name), .. TitleOf(title)]);
        }
    }

    private static IEnumerable<FieldChange> TitleOf(string? title) => title is null ? [] : [new FieldChange("Title", null, title)];
}
