using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Audit.Verification;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Seeding;

namespace UserAdmin.Tests.Audit;

/// <summary>The real program, killed in the middle of sealing.</summary>
public sealed class KilledSealerTests
{
    private const int Enough = 3 * AuditSealer.MostRows;

    public static TheoryData<DatabaseProvider> Each => TestDatabase.Each;

    [Theory, MemberData(nameof(Each))]
    public async Task J04_A_sealer_that_is_killed_again_and_again_leaves_no_gap(DatabaseProvider provider)
    {
        await using var killing = await Killing.StartAsync(provider);
        var portal = killing.Portal;
        await portal.Run((DemoData demo) => demo.AddAsync(10, 16_000, _ => { }, default));

        for (var (round, hits) = (0, 0); hits < Killing.Rounds; round++)
        {
            if (await Waiting(portal) is var waiting && waiting < Enough && round > 0)
                await portal.Record(AuditAction.SignedIn, Enough - waiting);
            // Once this seal is there it is busy with the next.
            var seals = await Seals(portal) + 1 + (round % 2);
            if (await killing.KillOnceAsync(async db => await db.AuditSeals.CountAsync() >= seals, "seal-audit") && await Waiting(portal) > 0)
                hits++;
        }
        await portal.Seal();
        Assert.Equal(0, await Waiting(portal));
        var report = (await portal.Run((AuditVerification verification) => verification.VerifyAsync(new(), Actor.System, null, default))).Value!;

        Assert.True(report.IsGreen, report.ToText());
        var numbers = await portal.Numbers(AuditStream.Security);
        Assert.Equal(Enumerable.Range(1, numbers.Count).Select(n => (long)n), numbers);
        Assert.Equal(await portal.Run((UserAdminDbContext db) => db.AuditEvents.CountAsync(e => e.Seq != null)), await portal.Run((UserAdminDbContext db) => db.AuditCounts.SumAsync(c => c.Count)));
    }

    private static Task<int> Seals(TestPortal portal) => portal.Run((UserAdminDbContext db) => db.AuditSeals.CountAsync());

    private static Task<int> Waiting(TestPortal portal) => portal.Run((UserAdminDbContext db) => db.AuditEvents.CountAsync(e => e.Seq == null));
}
