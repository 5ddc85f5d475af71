using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Audit;

/// <summary>What tests of the sealed log do again and again.</summary>
internal static class SealingSteps
{
    extension(ITestPortal portal)
    {
        public Task<int> Record(AuditAction action, int times, string target = "Carol Cooper") => portal.Run((UserAdminDbContext db) =>
        {
            for (var i = 0; i < times; i++)
                db.Record(action, Actor.System, new(Ids.New(), target), portal.Clock.Now, [new("City", "Berlin", "Kraków 🦊")], "Asked for");
            return db.SaveChangesAsync();
        });

        public async Task Seal() => Assert.Null((await portal.Run((AuditSealer sealer) => sealer.SealAsync(default))).Problem);

        public Task<List<long>> Numbers(AuditStream stream) => portal.Run((UserAdminDbContext db) =>
            db.AuditEvents.Where(e => e.Stream == stream && e.Seq != null).Select(e => e.Seq!.Value).Order().ToListAsync());
    }
}
