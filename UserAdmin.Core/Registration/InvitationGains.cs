using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Registration;

internal static class InvitationGains
{
    extension(UserAdminDbContext db)
    {
        /// <summary>What the taker of an invitation gets, in words, for the audit log.</summary>
        public async Task<IReadOnlyList<FieldChange>> GainsAsync(Guid? organizationId, Guid? roleId, Guid? teamId, CancellationToken cancel)
        {
            List<FieldChange> gains = [];
            if (organizationId is not null)
                gains.Add(new("Organization", null, await db.Organizations.Where(o => o.Id == organizationId).Select(o => o.Name).SingleOrDefaultAsync(cancel)));
            if (roleId is not null)
                gains.Add(new("Role", null, await db.Roles.Where(r => r.Id == roleId).Select(r => r.Name).SingleOrDefaultAsync(cancel)));
            if (teamId is not null)
                gains.Add(new("Team", null, await db.Teams.Where(t => t.Id == teamId).Select(t => t.Name).SingleOrDefaultAsync(cancel)));
            return gains;
        }
    }
}
