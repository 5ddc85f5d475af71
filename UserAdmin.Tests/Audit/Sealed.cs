using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Audit;

/// <summary>Numbers what isn't sealed yet, as the sealer does, for tests of what only needs the numbers.</summary>
internal static class Sealed
{
    public static Task NumberAsync(ITestPortal portal) => portal.Run(async (UserAdminDbContext db) =>
    {
        foreach (var stream in Enum.GetValues<AuditStream>())
        {
            var head = await db.AuditHeads.SingleAsync(h => h.Stream == stream);
            foreach (var id in await db.AuditEvents.Where(e => e.Stream == stream && e.Seq == null).OrderBy(e => e.Id).Select(e => e.Id).ToListAsync())
            {
                head.Seq++;
                var seq = head.Seq;
                await db.AuditEvents.Where(e => e.Id == id).ExecuteUpdateAsync(row => row.SetProperty(e => e.Seq, seq));
            }
            await db.SaveChangesAsync();
        }
        return true;
    });
}
