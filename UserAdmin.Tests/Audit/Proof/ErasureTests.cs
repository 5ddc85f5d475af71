using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Retention;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;

namespace UserAdmin.Tests.Audit.Proof;

/// <summary>A person can be erased from the log, and the log stays proven.</summary>
public sealed class ErasureTests
{
    public static TheoryData<DatabaseProvider> Each => TestDatabase.Each;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Each))]
    public async Task J05_An_erased_person_is_nowhere_in_the_log_and_the_log_stays_proven(DatabaseProvider provider)
    {
        using var script = new Script();
        await using var portal = await OwnFiles.StartAsync(script.In("own"), provider);
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol, user => user.Delete("Left", DateTimeOffset.UtcNow)));
        await Happen(portal, alice, carol);

        var erased = await portal.Run((AuditErasure erasure) => erasure.EraseAsync(carol.Id, "Asked for it", alice, Cancel));

        Assert.Null(erased.Problem);
        var events = await portal.Run((UserAdminDbContext db) => db.AuditEvents.AsNoTracking().ToListAsync(Cancel));
        Assert.DoesNotContain(events, e => (e.ActorName + e.TargetName + e.Reason + e.Changes).Contains("Carol", StringComparison.Ordinal));
        Assert.Equal("Asked for it", events.Single(e => e.Action == AuditAction.AuditPersonErased.Code).Reason);
        Assert.Equal("Alice Archer", events.Single(e => e.Action == AuditAction.UserEdited.Code).ActorName);
        await RetentionTests.ProveAsync(portal, script, "Personal data was erased: who did it in 1 event, what it was about in 2 events.");
    }

    [Fact]
    public async Task J05_An_erasure_that_was_interrupted_is_finished_by_the_job()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol, user => user.Delete("Left", DateTimeOffset.UtcNow)));
        await Happen(portal, alice, carol);
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.AuditFacts.Add(new() { Name = $"erase {carol.Id:N}", Value = carol.Id.ToString() });
            db.Record(AuditAction.AuditPersonErased, alice, new(carol.Id, ""), portal.Clock.Now, reason: "Asked for it");
            return await db.SaveChangesAsync(Cancel);
        });

        await portal.Run(async (AuditErasure erasure) =>
        {
            await erasure.RunAsync(new JobLog(portal.Clock), Cancel);
            return true;
        });

        var left = await portal.Run((AuditErasure erasure) => erasure.LookAsync(carol.Id, alice, Cancel));
        Assert.True(left.Value is { IsNothing: true, IsUnderWay: false });
    }

    [Fact]
    public async Task J05_Only_somebody_gone_is_erased_by_somebody_who_may_and_has_just_proven_who_they_are()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, grace, carol) = (await portal.Given(Alice), await portal.Given(Grace), await portal.Given(Carol));

        var there = await portal.Run((AuditErasure erasure) => erasure.EraseAsync(carol.Id, "Asked for it", alice, Cancel));
        var notAllowed = await portal.Run((AuditErasure erasure) => erasure.EraseAsync(carol.Id, "Asked for it", grace, Cancel));
        var stale = await portal.Run((AuditErasure erasure) => erasure.EraseAsync(carol.Id, "Asked for it", alice with { AuthenticatedAt = portal.Clock.Now.AddHours(-1) }, Cancel));
        var silent = await portal.Run((AuditErasure erasure) => erasure.EraseAsync(carol.Id, " ", alice, Cancel));
        var nobody = await portal.Run((AuditErasure erasure) => erasure.EraseAsync(Ids.New(), "Asked for it", alice, Cancel));

        Assert.Equal("audit.person_active", there.Problem?.Code);
        Assert.Equal(ProblemKind.NotAllowed, notAllowed.Problem?.Kind);
        Assert.Equal(ProblemKind.StepUp, stale.Problem?.Kind);
        Assert.False(silent.Succeeded);
        Assert.Equal("audit.nothing_to_erase", nobody.Problem?.Code);
        Assert.Empty(await portal.Events(AuditAction.AuditPersonErased));
    }

    private static Task<int> Happen(TestPortal portal, Actor alice, Actor carol) => portal.Run((UserAdminDbContext db) =>
    {
        db.Record(AuditAction.SignedIn, carol, new(carol.Id, "Carol Cooper"), portal.Clock.Now);
        db.Record(AuditAction.UserEdited, alice, new(carol.Id, "Carol Cooper"), portal.Clock.Now, [new("Name", "Carol", "Caroline")], "Carol asked");
        return db.SaveChangesAsync(Cancel);
    });
}
