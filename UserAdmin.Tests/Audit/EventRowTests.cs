using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Tests.Support;

namespace UserAdmin.Tests.Audit;

/// <summary>What reads millions of events makes the same of a row as EF does.</summary>
public sealed class EventRowTests
{
    public static TheoryData<DatabaseProvider> Each => TestDatabase.Each;

    [Theory, MemberData(nameof(Each))]
    public async Task J04_A_row_read_by_hand_is_the_event_that_was_written(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var full = new AuditEvent
        {
            UtcMicroseconds = 1_771_000_000_123_456,
            ActorKind = ActorKind.User,
            ActorId = Guid.NewGuid(),
            ActorName = "Zoë 🦊",
            ImpersonatorId = Guid.NewGuid(),
            ImpersonatorName = "Alice Archer",
            Action = AuditAction.RoleEdited.Code,
            Category = AuditCategory.Access,
            Outcome = AuditOutcome.Denied,
            TargetId = Guid.NewGuid(),
            TargetName = "Help desk",
            Reason = "Asked for",
            Changes = "[]",
            Address = "2001:db8::1",
            SessionId = Guid.NewGuid(),
            CorrelationId = "one",
        }.Stamp(new byte[32]);
        // What comes with the seal, and when the event is emptied; the row itself may not be changed like that.
        foreach (var (name, value) in new (string, object)[] { (nameof(full.Seq), 7L), (nameof(full.SealId), 3L), (nameof(full.StubbedByEventId), Guid.NewGuid()) })
            typeof(AuditEvent).GetProperty(name)!.SetValue(full, value);
        var bare = new AuditEvent { ActorName = "", Action = AuditAction.RoleEdited.Code };
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.AuditEvents.AddRange(full, bare);
            return await db.SaveChangesAsync();
        });

        var read = await portal.Run((UserAdminDbContext db) => AuditEvent.ReadAsync(db, rows => rows.Where(e => e.Id == full.Id || e.Id == bare.Id).OrderBy(e => e.Id), CancellationToken.None));

        var expected = await portal.Run((UserAdminDbContext db) => db.AuditEvents.AsNoTracking().Where(e => e.Id == full.Id || e.Id == bare.Id).OrderBy(e => e.Id).ToListAsync());
        Assert.Equal(expected.ConvertAll(AllOf), read.ConvertAll(AllOf));
        var filled = read.Single(e => e.Id == full.Id);
        Assert.All(typeof(AuditEvent).GetProperties(), property => Assert.NotNull(property.GetValue(filled)));
    }

    private static string AllOf(AuditEvent e) => JsonSerializer.Serialize(e);
}
