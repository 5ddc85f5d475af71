using Microsoft.Extensions.DependencyInjection;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Audit;

/// <summary>The page, the banner and the command that tell how the log stands.</summary>
public sealed class VerificationPageTests
{
    [Fact]
    public async Task L4_The_page_shows_seals_keys_and_checkpoints_to_who_may_verify()
    {
        await using var app = await TestApp.StartAsync();
        using var grace = await app.SignInAs(await app.Given(Cast.Grace));

        var page = await (await grace.Get("/audit/verification")).Text();

        Assert.Contains("Check now", page);
        Assert.Contains("Make a checkpoint", page);
        Assert.Contains("Fingerprint of the first key", page);
        Assert.DoesNotContain("Change the key", page);
    }

    [Fact]
    public async Task L4_While_nothing_is_sealed_the_audit_page_says_so_and_the_server_is_degraded_but_ready()
    {
        await using var app = await TestApp.StartAsync();
        using var grace = await app.SignInAs(await app.Given(Cast.Grace));
        await app.Record(AuditAction.SignedIn, 1);
        var early = await (await grace.Get("/health/ready")).Text();

        // The same event is seen waiting, and is still there three minutes later.
        app.Clock.Advance(TimeSpan.FromMinutes(3));
        await app.Services.GetRequiredService<AuditWatch>().LookAsync(TestContext.Current.CancellationToken);
        app.Clock.Advance(TimeSpan.FromMinutes(4));
        var (audit, late) = (await (await grace.Get("/audit")).Text(), await (await grace.Get("/health/ready")).Text());

        Assert.Equal(("Healthy", "Degraded"), (early, late));
        Assert.Contains("The audit log is not being sealed.", audit);
    }

    [Fact]
    public async Task L4_The_command_line_says_the_same_and_ends_with_one_when_something_was_altered()
    {
        var folder = Directory.CreateTempSubdirectory("useradmin-test-verify-").FullName;
        var database = ("UserAdmin__Database__ConnectionString", $"Data Source={folder}/own.db");
        await RealProgram.RunIn(folder, ["seed", "--users", "2", "--events", "20"], database);
        var (sealedCode, sealing) = await RealProgram.RunIn(folder, ["seal-audit"], database);
        var (greenCode, green) = await RealProgram.RunIn(folder, ["verify-audit"], database);
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection(database.Item2 + ";Pooling=false"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "DROP TRIGGER audit_events_update; UPDATE audit_events SET actor_name = 'Nobody' WHERE stream = 1 AND seq = 1";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        var (redCode, red) = await RealProgram.RunIn(folder, ["verify-audit"], database);
        TestFolder.Delete(folder);

        Assert.True((sealedCode, greenCode, redCode) == (0, 0, 1), sealing + green + red);
        Assert.Contains("Nothing was altered, removed or inserted", green);
        Assert.Contains("! Security, event 1,", red);
    }
}
