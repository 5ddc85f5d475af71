using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Audit.Verification;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Seeding;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Tests.Audit;

/// <summary>The real program, killed in the middle of sealing.</summary>
public sealed class KilledSealerTests
{
    private const int Kills = 2, Events = 16_000;

    public static TheoryData<DatabaseProvider> Each => TestDatabase.Each;

    [Theory, MemberData(nameof(Each))]
    public async Task J04_A_sealer_that_is_killed_again_and_again_leaves_no_gap(DatabaseProvider provider)
    {
        var folder = Directory.CreateTempSubdirectory("useradmin-test-kill-").FullName;
        await using (var portal = await TestPortal.StartAsync(provider, ("Audit:KeyFolder", Path.Combine(folder, "keys")), ("Audit:CheckpointFile", Path.Combine(folder, "checkpoints.txt"))))
        {
            await portal.Run((DemoData demo) => demo.AddAsync(10, Events, _ => { }, default));

            for (var kill = 0; kill < Kills; kill++)
                await KillOneThatSeals(portal, folder);
            var sealedBefore = (await portal.Numbers(AuditStream.Security)).Count;
            await portal.Seal();
            var report = (await portal.Run((AuditVerification verification) => verification.VerifyAsync(new(), Actor.System, null, default))).Value!;

            Assert.True(sealedBefore > 0);
            Assert.True(report.IsGreen, report.ToText());
            var numbers = await portal.Numbers(AuditStream.Security);
            Assert.Equal(Enumerable.Range(1, numbers.Count).Select(n => (long)n), numbers);
            Assert.Equal(await portal.Run((UserAdminDbContext db) => db.AuditEvents.CountAsync(e => e.Seq != null)), await portal.Run((UserAdminDbContext db) => db.AuditCounts.SumAsync(c => c.Count)));
        }
        TestFolder.Delete(folder);
    }

    private static async Task KillOneThatSeals(TestPortal portal, string folder)
    {
        var database = portal.Services.GetRequiredService<TenantDirectory>().Default;
        var before = await Seals(portal);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "UserAdmin.Web.dll"), "seal-audit"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new[]
        {
            ("Database__Provider", database.Provider.ToString()), ("Database__ConnectionString", database.ConnectionString), ("Keys__MasterKey", TestPortal.MasterKey),
            ("Audit__KeyFolder", Path.Combine(folder, "keys")), ("Audit__CheckpointFile", Path.Combine(folder, "checkpoints.txt")),
        })
            start.Environment[$"UserAdmin__{name}"] = value;
        using var program = Process.Start(start)!;
        var output = Task.WhenAll(program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));

        // Once its first seal is there it is busy with the second.
        while (!program.HasExited && await Seals(portal) == before)
            await Task.Yield();

        program.Kill(entireProcessTree: true);
        await program.WaitForExitAsync(TestContext.Current.CancellationToken);
        await output;
    }

    private static Task<int> Seals(TestPortal portal) => portal.Run((UserAdminDbContext db) => db.AuditSeals.CountAsync());
}
