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

        /// <summary>Takes away what keeps the database from changing the log, as somebody who owns its tables can.</summary>
        public Task<bool> Unprotect() => portal.Run(async (UserAdminDbContext db) =>
        {
            string[] statements = db is PostgresUserAdminDbContext
                ? ["DROP TRIGGER audit_events_update ON audit_events", "DROP TRIGGER audit_events_delete ON audit_events", "DROP TRIGGER audit_seals_update ON audit_seals", "DROP TRIGGER audit_seals_delete ON audit_seals"]
                : ["DROP TRIGGER audit_events_update", "DROP TRIGGER audit_events_delete", "DROP TRIGGER audit_seals_update", "DROP TRIGGER audit_seals_delete"];
            foreach (var statement in statements)
                await db.Database.ExecuteSqlRawAsync(statement);
            return true;
        });

        public async Task Seal() => Assert.Null((await portal.Run((AuditSealer sealer) => sealer.SealAsync(default))).Problem);

        public Task<List<long>> Numbers(AuditStream stream) => portal.Run((UserAdminDbContext db) =>
            db.AuditEvents.Where(e => e.Stream == stream && e.Seq != null).Select(e => e.Seq!.Value).Order().ToListAsync());
    }
}
