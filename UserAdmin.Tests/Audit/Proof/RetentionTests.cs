using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Proof;
using UserAdmin.Core.Audit.Retention;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Audit.Verification;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;

namespace UserAdmin.Tests.Audit.Proof;

/// <summary>Events go when their time is over, and the rest stays proven.</summary>
public sealed class RetentionTests
{
    public static TheoryData<DatabaseProvider> Each => TestDatabase.Each;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Each))]
    public async Task J05_What_is_over_goes_and_both_the_portal_and_the_script_find_the_rest_intact(DatabaseProvider provider)
    {
        using var script = new Script();
        await using var portal = await OwnFiles.StartAsync(script.In("own"), provider);
        await portal.Record(AuditAction.TemplateSaved, 5);
        await portal.Record(AuditAction.SignedIn, 4);
        await portal.Seal();
        portal.Clock.Advance(TimeSpan.FromDays(100));
        await portal.Record(AuditAction.TemplateSaved, 2);
        await portal.Seal();

        var log = await Remove(portal);
        var again = await Remove(portal);

        Assert.Equal([6, 7], await portal.Numbers(AuditStream.Routine));
        Assert.Equal([1, 2, 3, 4], await portal.Numbers(AuditStream.Security));
        Assert.Contains("5 events were emptied, 5 removed", log, StringComparison.Ordinal);
        Assert.Contains("Nothing is over its time", again, StringComparison.Ordinal);
        Assert.Equal("Routine", (await portal.Event(AuditAction.AuditPruned)).TargetName);
        await ProveAsync(portal, script, "Routine: events 1 to 5 (seal 1) were removed on");
    }

    [Fact]
    public async Task J05_An_event_that_is_over_among_others_that_are_not_leaves_a_stub()
    {
        using var script = new Script();
        await using var portal = await OwnFiles.StartAsync(script.In("own"));
        var alice = await portal.Given(Alice);
        await Keep(portal, alice, policy => policy.ExportsDays = 30);
        await portal.Record(AuditAction.TemplateSaved, 2);
        await portal.Record(AuditAction.ExportMade, 3);
        await portal.Seal();
        portal.Clock.Advance(TimeSpan.FromDays(40));

        await Remove(portal);

        var events = await portal.Run((UserAdminDbContext db) => db.AuditEvents.AsNoTracking().Where(e => e.Stream == AuditStream.Routine).OrderBy(e => e.Seq).ToListAsync(Cancel));
        Assert.Equal([false, false, true, true, true], events.Select(e => e.StubbedByEventId is not null));
        Assert.All(events.Skip(2), e => Assert.Equal(("", "", null, null, null), (e.ActorName, e.Action, e.TargetName, e.Changes, e.ActorSalt)));
        await ProveAsync(portal, script, "Routine: the contents of 3 events (events 3 to 5) were removed on");
    }

    [Fact]
    public async Task L6_Addresses_go_by_policy_with_the_names_that_stand_under_the_same_seal()
    {
        using var script = new Script();
        await using var portal = await OwnFiles.StartAsync(script.In("own"));
        var alice = await portal.Given(Alice);
        await Keep(portal, alice, policy => policy.AddressDays = 30);
        await portal.Run(async (UserAdminDbContext db) =>
        {
            db.Record(AuditAction.SignedIn, alice, null, portal.Clock.Now);
            return await db.SaveChangesAsync(Cancel);
        });
        await portal.Seal();
        portal.Clock.Advance(TimeSpan.FromDays(31));

        await Remove(portal);

        var signedIn = await portal.Event(AuditAction.SignedIn);
        Assert.Equal((alice.UserId, "", null, null), (signedIn.ActorId, signedIn.ActorName, signedIn.Address, signedIn.ActorSalt));
        await ProveAsync(portal, script, "Personal data was erased: who did it in");
    }

    [Fact]
    public async Task L6_What_goes_is_archived_first_as_a_proof_of_its_own()
    {
        using var script = new Script();
        await using var portal = await TestPortal.StartAsync(settings: ("Audit:ArchiveFolder", script.In("archive")));
        await portal.Record(AuditAction.TemplateSaved, 5);
        await portal.Seal();
        portal.Clock.Advance(TimeSpan.FromDays(100));

        await Remove(portal);

        var archive = Assert.Single(Directory.GetFiles(script.In("archive")));
        var (code, output) = await script.Run(archive);
        Assert.True(code == 0, output);
        Assert.Contains("Routine: 1 seals, up to event 5", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task J05_A_shorter_time_needs_a_reason_and_the_right_to_it()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, grace) = (await portal.Given(Alice), await portal.Given(Grace));
        var view = (await portal.Run((AuditRetentionService retention) => retention.FindAsync(alice, Cancel))).Value!;
        view.Policy.SignInDays = 100;

        var refused = await portal.Run((AuditRetentionService retention) => retention.SaveAsync(view.Policy, view.Stamp, "", alice, Cancel));
        var notAllowed = await portal.Run((AuditRetentionService retention) => retention.SaveAsync(view.Policy, view.Stamp, "To save space", grace, Cancel));
        var saved = await portal.Run((AuditRetentionService retention) => retention.SaveAsync(view.Policy, view.Stamp, "To save space", alice, Cancel));

        Assert.Equal("Reason", refused.Problem?.Field);
        Assert.Equal(ProblemKind.NotAllowed, notAllowed.Problem?.Kind);
        Assert.True(saved.Succeeded);
        Assert.Equal("To save space", (await portal.Event(AuditAction.SettingsChanged)).Reason);
    }

    [Theory, MemberData(nameof(Each))]
    public async Task J05_Retention_that_is_killed_at_any_moment_leaves_a_log_that_is_proven_and_goes_on(DatabaseProvider provider)
    {
        // From the beginning: a context that nobody listens to looks only now and then whether somebody does.
        using var deadline = new Deadline();
        using var files = new OwnFiles();
        await using var portal = await OwnFiles.StartAsync(files.Folder, provider);
        for (var seal = 0; seal < 6; seal++)
        {
            await portal.Record(AuditAction.TemplateSaved, 3);
            await portal.Record(AuditAction.SignedIn, 1);
            await portal.Seal();
        }
        portal.Clock.Advance(TimeSpan.FromDays(100));

        // Each round dies some statements later than the one before; the last one gets through.
        var rounds = 0;
        for (var survived = false; !survived; rounds++)
        {
            survived = await DiesAtAsync(portal, deadline, rounds * 4);
            var report = await portal.Run((AuditVerification verification) => verification.VerifyAsync(new(), Actor.System, null, Cancel));
            Assert.True(report.Value!.IsGreen, $"after round {rounds}: {report.Value.ToText()}");
        }

        Assert.InRange(rounds, 5, 200);
        Assert.Empty(await portal.Numbers(AuditStream.Routine));
        Assert.Equal(6, (await portal.Numbers(AuditStream.Security)).Count);
    }

    private static async Task<bool> DiesAtAsync(TestPortal portal, Deadline deadline, int statements)
    {
        using var death = new CancellationTokenSource();
        deadline.Arm(statements, death);
        try
        {
            return await portal.Run(async (AuditRetention retention) =>
            {
                await retention.RunAsync(new(portal.Clock), death.Token);
                return true;
            });
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            deadline.Disarm();
        }
    }

    internal static async Task<string> Remove(TestPortal portal)
    {
        var log = new JobLog(portal.Clock);
        await portal.Run(async (AuditRetention retention) =>
        {
            await retention.RunAsync(log, Cancel);
            return true;
        });
        await portal.Seal();
        return log.Text;
    }

    private static async Task Keep(TestPortal portal, Actor actor, Action<AuditRetentionPolicy> change)
    {
        var view = (await portal.Run((AuditRetentionService retention) => retention.FindAsync(actor, Cancel))).Value!;
        change(view.Policy);
        Assert.Null((await portal.Run((AuditRetentionService retention) => retention.SaveAsync(view.Policy, view.Stamp, "By the works council", actor, Cancel))).Problem);
    }

    /// <summary>The portal's own check and the script's are green, and the script says this.</summary>
    internal static async Task ProveAsync(TestPortal portal, Script script, string said)
    {
        var report = await portal.Run((AuditVerification verification) => verification.VerifyAsync(new(), Actor.System, null, Cancel));
        Assert.True(report.Value!.IsGreen, report.Value.ToText());
        var zip = script.In($"{Guid.NewGuid():N}.zip");
        await using (var file = File.Create(zip))
            await portal.Run(async (AuditProof proof) =>
            {
                var plan = await proof.StartAsync(ProofRange.Everything, Actor.System, Cancel);
                await proof.WriteAsync(plan.Value!, file, null, Cancel);
                return true;
            });
        var (code, output) = await script.Run(zip);
        Assert.True(code == 0, output);
        Assert.Contains(said, output, StringComparison.Ordinal);
    }
}
