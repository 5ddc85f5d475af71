using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Audit.Verification;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Audit;

/// <summary>The keys that sign the log, and what happens when one is lost.</summary>
public sealed class AuditKeysTests
{
    [Fact]
    public async Task J04_A_new_key_is_endorsed_by_the_one_before_whose_private_half_is_destroyed()
    {
        await using var ground = await TamperingGround.LayAsync();

        var keys = await ground.Portal.Run((UserAdminDbContext db) => db.AuditKeys.AsNoTracking().OrderBy(k => k.ValidFromMicroseconds).ToListAsync());

        Assert.Equal([null, keys[0].KeyId], keys.Select(k => k.EndorsedBy));
        Assert.Equal(keys[1].ValidFromMicroseconds, keys[0].ValidToMicroseconds);
        Assert.Equal([false, true], keys.Select(k => ground.Files.Exists("default", k.KeyId)));
        foreach (var file in Directory.EnumerateFiles(ground.Files.Folder))
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.NotNull(await ground.Portal.Event(AuditAction.AuditKeyChanged));
    }

    [Fact]
    public async Task J04_Without_its_key_nothing_is_sealed_until_an_administrator_decides_to_begin_anew_and_every_check_tells_of_that()
    {
        await using var ground = await TamperingGround.LayAsync();
        var erin = await ground.Portal.Given(Cast.Erin);
        ground.Files.Destroy("default", (await ground.CurrentKey()).KeyId);
        await ground.Portal.Record(AuditAction.SignedOut, 1);

        var sealing = await ground.Portal.Run((AuditSealer sealer) => sealer.SealAsync(default));
        var state = await ground.Portal.Run((SealingStates states) => states.FindAsync(erin, default));
        var begun = await ground.Portal.Run((AuditKeys keys) => keys.BeginAnewAsync("The disk is gone", erin, default));
        await ground.Portal.Seal();
        var report = await ground.Verify();
        var again = await ground.Portal.Run((AuditKeys keys) => keys.BeginAnewAsync("Once more", erin, default));

        Assert.Equal("audit.key_lost", sealing.Problem?.Code);
        Assert.False(state.Value!.HasKey);
        Assert.Contains("not in the key folder", state.Value.Problem);
        Assert.True(begun.Succeeded);
        Assert.True(report.IsGreen, report.ToText());
        Assert.Contains("which it did not endorse", Assert.Single(report.Findings).Sentence);
        Assert.Equal("audit.key_there", again.Problem?.Code);
        Assert.Equal("The disk is gone", (await ground.Portal.Event(AuditAction.AuditKeyBegunAnew)).Reason);
    }

    [Fact]
    public async Task J03_Only_who_may_manage_the_log_changes_its_key_and_only_after_a_fresh_sign_in()
    {
        await using var portal = await TestPortal.StartAsync();
        var (grace, erin) = (await portal.Given(Cast.Grace), await portal.Given(Cast.Erin));

        var refused = await portal.Run((AuditKeys keys) => keys.ChangeAsync(grace, default));
        portal.Clock.Advance(TimeSpan.FromHours(1));
        var stale = await portal.Run((AuditKeys keys) => keys.ChangeAsync(erin, default));
        var changed = await portal.Run((AuditKeys keys) => keys.ChangeAsync(erin with { AuthenticatedAt = portal.Clock.Now }, default));

        Assert.Equal((ProblemKind.NotAllowed, ProblemKind.StepUp), (refused.Problem?.Kind, stale.Problem?.Kind));
        Assert.True(changed.Succeeded);
    }

    [Fact]
    public async Task J03_Who_may_not_verify_sees_no_state_starts_no_check_and_makes_no_checkpoint()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Cast.Carol);

        Assert.Equal(ProblemKind.NotAllowed, (await portal.Run((SealingStates states) => states.FindAsync(carol, default))).Problem?.Kind);
        Assert.Equal(ProblemKind.NotAllowed, (await portal.Run((VerificationDesk desk) => desk.StartAsync(new(), carol, default))).Problem?.Kind);
        Assert.Equal(ProblemKind.NotAllowed, (await portal.Run((AuditCheckpoints checkpoints) => checkpoints.MakeAsync(carol, default))).Problem?.Kind);
        Assert.Equal(ProblemKind.NotAllowed, (await portal.Run((AuditSealer sealer) => sealer.SealAsync(carol, default))).Problem?.Kind);
        Assert.Equal(ProblemKind.NotAllowed, (await portal.Run((AuditVerification verification) => verification.VerifyAsync(new(), carol, null, default))).Problem?.Kind);
    }

    [Fact]
    public async Task L4_A_log_that_is_not_sealed_for_five_minutes_is_told_of_once()
    {
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, ("Policies:CompliancePolicy:Address", "compliance@example.org"));
        var watch = portal.Services.GetRequiredService<AuditWatch>();
        await portal.Record(AuditAction.SignedIn, 1);
        await watch.LookAsync(TestContext.Current.CancellationToken);
        var early = watch.Problems.Count;

        portal.Clock.Advance(TimeSpan.FromMinutes(2.5));
        await watch.LookAsync(TestContext.Current.CancellationToken);
        portal.Clock.Advance(TimeSpan.FromMinutes(3.5));
        await watch.LookAsync(TestContext.Current.CancellationToken);
        await watch.LookAsync(TestContext.Current.CancellationToken);
        var late = watch.Problems["default"];
        await portal.Seal();
        await watch.LookAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, early);
        Assert.StartsWith("Events have been seen waiting for their seal since", late);
        Assert.Empty(watch.Problems);
        Assert.Single(await portal.Run((UserAdminDbContext db) => db.OutboxMessages.Where(m => m.Template == "audit-behind").ToListAsync()));
    }

    [Fact]
    public async Task L4_Old_events_that_were_seeded_or_restored_a_moment_ago_are_no_sign_that_sealing_stands_still()
    {
        await using var portal = await TestPortal.StartAsync();
        var watch = portal.Services.GetRequiredService<AuditWatch>();
        async Task<IReadOnlyList<string?>> LookThriceAsync()
        {
            var problems = new List<string?>();
            for (var minute = 0; minute < 3; minute++)
            {
                await watch.LookAsync(TestContext.Current.CancellationToken);
                problems.Add(watch.Problems.GetValueOrDefault("default") ?? await portal.Run((SealingStates states) => states.FindProblemAsync(default)));
                portal.Clock.Advance(TimeSpan.FromMinutes(1));
            }
            return problems;
        }
        async Task BringOldAsync() => await portal.Run(async (UserAdminDbContext db) =>
        {
            for (var day = 1; day < 4; day++)
                db.Record(AuditAction.SignedIn, Actor.System, new(null, "Seeded"), portal.Clock.Now.AddDays(-day));
            return await db.SaveChangesAsync();
        });

        await BringOldAsync();
        var first = await LookThriceAsync();
        await portal.Seal();
        await BringOldAsync();
        var second = await LookThriceAsync();
        var third = await LookThriceAsync();

        Assert.Equal([null, null, null], first);
        Assert.Equal([null, null, null], second);
        Assert.All(third, Assert.NotNull);
    }

    [Fact]
    public async Task L4_What_waits_is_sealed_when_the_server_stops()
    {
        await using var portal = await TestPortal.StartAsync();
        await portal.Record(AuditAction.SignedIn, 3);

        await portal.Services.GetRequiredService<AuditWatch>().StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal([1, 2, 3], await portal.Numbers(AuditStream.Security));
    }

    [Fact]
    public async Task L4_A_checkpoint_leaves_by_mail_in_the_file_and_as_an_event()
    {
        await using var ground = await TamperingGround.LayAsync();
        var made = (await ground.Portal.Run((AuditCheckpoints checkpoints) => checkpoints.MakeAsync(default))).Value!;

        var inFile = await ground.Portal.Services.GetRequiredService<CheckpointFile>().ReadAsync(TestContext.Current.CancellationToken);
        var told = await ground.Portal.Event(AuditAction.AuditCheckpointMade);

        Assert.Equal(made.Select(note => note.ToString()), inFile.Select(note => note.ToString()));
        Assert.Equal(made.Count, CheckpointNote.FindAll(string.Join(' ', FieldChange.FromJson(told.Changes).Select(change => change.After))).Count);
        Assert.All(made, note => Assert.Contains(note.ShortFingerprint, told.TargetName));
    }

    [Fact]
    public async Task L4_A_check_runs_in_the_background_and_its_result_stays()
    {
        await using var portal = await TestPortal.StartAsync();
        var grace = await portal.Given(Cast.Grace);
        await portal.Record(AuditAction.SignedIn, 3);
        await portal.Seal();

        await portal.Run((VerificationDesk desk) => desk.StartAsync(new(), grace, default));
        await portal.Services.GetRequiredService<VerificationRuns>().EndedAsync("default");
        var run = (await portal.Run((VerificationDesk desk) => desk.FindAsync(grace, default))).Value!;

        Assert.Equal((VerificationState.Done, grace.Name), (run.State, run.StartedBy));
        Assert.True(run.Report!.IsGreen);
        Assert.Equal(AuditOutcome.Success, (await portal.Event(AuditAction.AuditVerified)).Outcome);
    }
}
