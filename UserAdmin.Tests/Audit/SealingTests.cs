using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Audit;

/// <summary>What is recorded gets a number and a signed seal.</summary>
public sealed class SealingTests
{
    public static TheoryData<DatabaseProvider> Each => TestDatabase.Each;

    [Theory, MemberData(nameof(Each))]
    public async Task J04_Sealing_numbers_each_stream_without_a_gap_and_chains_its_seals(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await portal.Record(AuditAction.SignedIn, 3);
        await portal.Record(AuditAction.TenantEdited, 2);
        await portal.Seal();
        portal.Clock.Advance(TimeSpan.FromMinutes(1));
        await portal.Record(AuditAction.SignedIn, 4);

        await portal.Seal();

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], await portal.Numbers(AuditStream.Security));
        Assert.Equal([1, 2], await portal.Numbers(AuditStream.Legal));
        var seals = await portal.Run((UserAdminDbContext db) => db.AuditSeals.AsNoTracking().Where(s => s.Stream == AuditStream.Security).OrderBy(s => s.SealId).ToListAsync());
        Assert.Equal([(1, 1, 3), (2, 4, 4)], seals.Select(s => (s.SealId, s.FirstSeq, s.RowCount)));
        Assert.Equal(seals[0].Hash, seals[1].PreviousHash);
        var head = await portal.Run((UserAdminDbContext db) => db.AuditHeads.AsNoTracking().SingleAsync(h => h.Stream == AuditStream.Security));
        Assert.Equal((2, 7), (head.SealId, head.Seq));
        Assert.Equal(seals[1].Hash, head.Hash);
    }

    [Theory, MemberData(nameof(Each))]
    public async Task L7_Each_event_is_counted_once_in_its_quarter_of_an_hour(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await portal.Record(AuditAction.SignedIn, 3);
        await portal.Seal();
        await portal.Record(AuditAction.SignedIn, 2);
        await portal.Record(AuditAction.SignedOut, 1);
        await portal.Seal();
        portal.Clock.Advance(TimeSpan.FromMinutes(15));
        await portal.Record(AuditAction.SignedIn, 1);
        await portal.Seal();

        var counts = await portal.Run((UserAdminDbContext db) => db.AuditCounts.AsNoTracking().OrderBy(c => c.Slot).ThenBy(c => c.Action).ToListAsync());

        var slot = counts[0].Slot;
        Assert.Equal(
            [(slot, AuditAction.SignedOut.Code, 1), (slot, AuditAction.SignedIn.Code, 5), (slot + 1, AuditAction.SignedIn.Code, 1)],
            counts.Select(c => (c.Slot, c.Action, c.Count)));
    }

    [Theory, MemberData(nameof(Each))]
    public async Task J04_Thirty_two_writers_and_two_servers_that_seal_at_once_leave_no_gap(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        const int Writers = 32, Of = 6;

        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Of; i++)
                await portal.Record(AuditAction.SignedIn, 1);
        }, TestContext.Current.CancellationToken)));
        var sealing = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!writing.IsCompleted)
                await portal.Seal();
        }, TestContext.Current.CancellationToken)).ToList();
        await Task.WhenAll([writing, .. sealing]);
        await portal.Seal();

        Assert.Equal(Enumerable.Range(1, Writers * Of).Select(n => (long)n), await portal.Numbers(AuditStream.Security));
        var counted = await portal.Run((UserAdminDbContext db) => db.AuditCounts.SumAsync(c => c.Count));
        Assert.Equal(Writers * Of, counted);
    }

    [Fact]
    public async Task J04_More_than_one_seal_holds_is_sealed_in_several()
    {
        await using var portal = await TestPortal.StartAsync();
        await portal.Record(AuditAction.SignedIn, AuditSealer.MostRows + 1);

        await portal.Seal();

        var seals = await portal.Run((UserAdminDbContext db) => db.AuditSeals.AsNoTracking().OrderBy(s => s.SealId).Select(s => s.RowCount).ToListAsync());
        Assert.Equal([AuditSealer.MostRows, 1], seals);
    }

    [Fact]
    public async Task J04_A_clock_that_is_put_back_does_not_put_the_chain_back()
    {
        await using var portal = await TestPortal.StartAsync();
        await portal.Record(AuditAction.SignedIn, 1);
        await portal.Seal();
        portal.Clock.Advance(TimeSpan.FromHours(-1));
        await portal.Record(AuditAction.SignedIn, 1);

        await portal.Seal();

        var times = await portal.Run((UserAdminDbContext db) => db.AuditSeals.AsNoTracking().OrderBy(s => s.SealId).Select(s => s.SealedUtcMicroseconds).ToListAsync());
        Assert.Equal(times[0], times[1]);
    }

    [Theory, MemberData(nameof(Each))]
    public async Task J04_An_event_that_somebody_else_wrote_or_altered_before_its_seal_is_sealed_and_raises_an_alarm(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider, ("Policies:CompliancePolicy:Address", "compliance@example.org"));
        await portal.Record(AuditAction.SignedIn, 3);
        var altered = (await portal.Events(AuditAction.SignedIn))[1];
        await portal.Seal();
        await portal.Record(AuditAction.SignedOut, 2);
        var victim = (await portal.Events(AuditAction.SignedOut))[0];
        var foreign = Guid.Parse("0193a1b2-0000-7000-8000-000000000001");
        await portal.Unprotect();
        await portal.Run((UserAdminDbContext db) => db.AuditEvents.Where(e => e.Id == victim.Id).ExecuteUpdateAsync(e => e.SetProperty(x => x.ActorName, "Nobody")));
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.AuditEvents.Add(new() { Id = foreign, ActorName = "Mallory", Action = AuditAction.SignedOut.Code, Category = AuditCategory.SignIn, Outcome = AuditOutcome.Success });
            return await db.SaveChangesAsync();
        });

        await portal.Seal();

        Assert.Equal(5 + 1, (await portal.Numbers(AuditStream.Security)).Count);
        var alarm = await portal.Event(AuditAction.AuditSuspicious);
        Assert.Contains(victim.Id.ToString(), alarm.Changes);
        Assert.Contains(foreign.ToString(), alarm.Changes);
        Assert.DoesNotContain(altered.Id.ToString(), alarm.Changes);
        Assert.Contains(await portal.Run((UserAdminDbContext db) => db.OutboxMessages.AsNoTracking().ToListAsync()), message => message.Template == "audit-alarm");
    }

    [Theory, MemberData(nameof(Each))]
    public async Task L4_Events_from_before_there_were_seals_are_adopted_once(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await portal.Run(async (UserAdminDbContext db) =>
        {
            for (var i = 0; i < 3; i++)
                db.AuditEvents.Add(new() { ActorName = "Alice Archer", TargetName = "Zoë 🦊", Action = AuditAction.RoleEdited.Code, Category = AuditCategory.Access, Outcome = AuditOutcome.Success });
            return await db.SaveChangesAsync();
        });

        await portal.Seal();
        await portal.Seal();

        var adopted = await portal.Events(AuditAction.RoleEdited);
        var key = portal.Services.GetRequiredService<MasterKey>().AuditKey;
        Assert.All(adopted, e => Assert.Equal((EventFault.None, AuditStream.Legal), (EventCheck.FaultsOf(e, key), e.Stream)));
        Assert.Equal("3 events", (await portal.Event(AuditAction.AuditAdopted)).TargetName);
        Assert.Equal([1, 2, 3, 4], await portal.Numbers(AuditStream.Legal));
    }

    [Fact]
    public async Task L4_A_stream_in_which_nothing_happened_gets_an_empty_seal_a_day()
    {
        await using var portal = await TestPortal.StartAsync();
        await portal.Record(AuditAction.SignedIn, 1);
        await portal.Seal();

        portal.Clock.Advance(TimeSpan.FromDays(1));
        for (var again = 0; again < 2; again++)
            await portal.Run(async (AuditSealer sealer) =>
            {
                await sealer.SealSilenceAsync(new(portal.Clock), default);
                return true;
            });

        var seals = await portal.Run((UserAdminDbContext db) => db.AuditSeals.AsNoTracking().OrderBy(s => s.Stream).ThenBy(s => s.SealId).ToListAsync());
        Assert.Equal([(AuditStream.Security, 1), (AuditStream.Security, 0), (AuditStream.Routine, 0), (AuditStream.Legal, 0)], seals.Select(s => (s.Stream, s.RowCount)));
    }
}
