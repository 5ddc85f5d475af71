using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Backups;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;

namespace UserAdmin.Tests.Backups;

public class RestoringTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task X7_A_backup_that_is_restored_has_what_was_there_when_it_was_made()
    {
        var folder = Directory.CreateTempSubdirectory("useradmin-test-restore-").FullName;
        await using var app = await TestApp.StartAsync(("Backups:Folder", folder), ("Backups:Keep", "2"));
        try
        {
            var carol = await app.Given(Carol);
            using (var browser = await app.SignInAs(carol))
                await browser.Get("/me");
            await app.Run((BackupService backups) => Make(backups));
            var backup = Assert.Single(await app.Run((BackupService backups) => Task.FromResult(backups.List(app.Alice))));
            await app.Given(Dave);
            var file = Path.Combine(folder, backup.Name);
            var environment = new[] { ("UserAdmin__Database__ConnectionString", app.Database.ConnectionString), ("UserAdmin__Keys__MasterKey", TestPortal.MasterKey), ("UserAdmin__Jobs__Run", "false") };

            var (code, output) = await RealProgram.RunIn(folder, ["restore", "--from", file], environment);
            Assert.Equal(1, code);
            Assert.Contains("A server is running on this database.", output);
            var second = app.Beside();
            await app.Services.GetServices<IHostedService>().OfType<ServingLock>().Single().StopAsync(Cancel);
            (code, output) = await RealProgram.RunIn(folder, ["restore", "--from", file], environment);
            Assert.Equal(("", 0), (code == 0 ? "" : output, code));
            Assert.Contains("Restored.", output);

            // This process has connections to the file that was there.
            app.Services.GetRequiredService<TenantDatabases>().Drop(Host(app));
            await using (second)
            {
                await second.Run(async (UserAdminDbContext db) =>
                {
                    Assert.Equal(["Alice", "Carol"], await db.Users.OrderBy(u => u.FirstName).Select(u => u.FirstName).ToListAsync(Cancel));
                    Assert.False(await db.Sessions.AnyAsync(s => s.EndedAt == null, Cancel));
                    return true;
                });
                Assert.Equal(backup.Name, (await second.Event(AuditAction.DatabaseRestored)).TargetName);
                using var browser = second.Open();
                Assert.Equal("/", (await browser.SignIn("carol")).Target);
            }
            Assert.Contains(Directory.EnumerateFiles(Path.GetDirectoryName(DatabaseFile(app))!), kept => kept.Contains(".before-", StringComparison.Ordinal) && BackupFile.FindProblem(kept) is null);
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }

    [Fact]
    public async Task X7_What_is_no_sound_backup_of_this_portal_is_refused_and_nothing_changes()
    {
        await using var app = await TestApp.StartAsync();
        await app.Given(Carol);
        await app.Services.GetServices<IHostedService>().OfType<ServingLock>().Single().StopAsync(Cancel);
        var folder = Directory.CreateTempSubdirectory("useradmin-test-restore-").FullName;
        var (noise, empty, broken) = (Path.Combine(folder, "noise.db"), Path.Combine(folder, "empty.db"), Path.Combine(folder, "broken.db"));
        await File.WriteAllTextAsync(noise, new string('x', 10_000), Cancel);
        await File.WriteAllBytesAsync(empty, [], Cancel);
        BackupFile.Copy(DatabaseFile(app), broken);
        var bytes = await File.ReadAllBytesAsync(broken, Cancel);
        bytes.AsSpan(4096 * 5, 4096 * 20).Fill(0xAB);
        await File.WriteAllBytesAsync(broken, bytes, Cancel);

        foreach (var file in new[] { noise, empty, broken, Path.Combine(folder, "missing.db") })
            Assert.Equal("restore.refused", (await app.Services.GetRequiredService<Restore>().RunAsync(Host(app), file, Cancel)).Problem?.Code);

        Assert.Equal(2, await app.Run((UserAdminDbContext db) => db.Users.CountAsync(Cancel)));
        TestFolder.Delete(folder);
    }

    [Fact]
    public async Task J1_Backups_are_made_while_others_write_and_the_oldest_go()
    {
        var folder = Directory.CreateTempSubdirectory("useradmin-test-backups-").FullName;
        await using var app = await TestApp.StartAsync(("Backups:Folder", folder), ("Backups:Keep", "2"));
        await File.WriteAllTextAsync(Path.Combine(folder, "default-20200101-000000.db.part"), "half", Cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "default-notes.db"), "mine", Cancel);

        foreach (var _ in Enumerable.Range(0, 3))
        {
            await Task.WhenAll(app.Run((BackupService backups) => Make(backups)), app.Given(new($"P{Guid.NewGuid():N}"[..12], "Writer", null)));
            app.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var backups = await app.Run((BackupService service) => Task.FromResult(service.List(app.Alice)));
        Assert.Equal(2, backups.Count);
        Assert.All(backups, backup => Assert.Null(BackupFile.FindProblem(Path.Combine(folder, backup.Name))));
        Assert.Equal(3, Directory.GetFiles(folder).Length);
        Assert.Empty(await app.Run((BackupService service) => Task.FromResult(service.List(Actor.Anonymous))));
        TestFolder.Delete(folder);
    }

    [Fact]
    public async Task J3_A_server_killed_during_backups_leaves_a_sound_database_and_only_whole_backups()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var folder = Directory.CreateTempSubdirectory("useradmin-test-kill-").FullName;
        var backups = Path.Combine(folder, "backups");
        await using (var db = new SqliteUserAdminDbContext(new DbContextOptionsBuilder<SqliteUserAdminDbContext>().UseSqlite(database.ConnectionString).Options))
        {
            db.JobSchedules.Add(new() { Job = "backup.sqlite", Cron = "* * * * * ?", TimeZone = "UTC", ChangedAt = DateTimeOffset.UtcNow });
            await db.SaveChangesAsync(Cancel);
        }
        for (var round = 0; round < Killing.Rounds; round++)
        {
            await using var server = await Server.StartAsync(folder, ("UserAdmin__Database__ConnectionString", database.ConnectionString), ("UserAdmin__Keys__MasterKey", TestPortal.MasterKey),
                ("UserAdmin__Backups__Folder", backups), ("UserAdmin__Jobs__HoldSeconds", "3"), ("UserAdmin__Jobs__LookSeconds", "1"));
            var before = Begun();
            while (Begun() == before)
                await Task.Delay(TimeSpan.FromMilliseconds(10), Cancel);
            await server.KillAsync();

            Assert.Null(BackupFile.FindProblem(new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(database.ConnectionString).DataSource));
            Assert.All(Directory.Exists(backups) ? Directory.GetFiles(backups, "*.db") : [], file => Assert.Null(BackupFile.FindProblem(file)));
        }
        TestFolder.Delete(folder);

        string Begun() => Directory.Exists(backups) ? string.Join('|', Directory.GetFiles(backups).Order(StringComparer.Ordinal)) : "";
    }

    [Fact]
    public async Task J1_Administrators_are_reminded_once_a_week_until_somebody_notes_a_backup()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        await portal.Given(Carol);

        await Remind(portal);
        await Remind(portal);
        Assert.Equal(1, await Mails(portal));
        portal.Clock.Advance(TimeSpan.FromDays(8));
        await Remind(portal);
        Assert.Equal(2, await Mails(portal));
        Assert.Null((await portal.Run((BackupNotes notes) => notes.NoteAsync(alice, Cancel))).Problem);
        portal.Clock.Advance(TimeSpan.FromDays(6));
        await Remind(portal);
        Assert.Equal(2, await Mails(portal));
        portal.Clock.Advance(TimeSpan.FromDays(2));
        await Remind(portal);

        Assert.Equal(3, await Mails(portal));
        Assert.Equal("Alice Archer", (await portal.Run((BackupNotes notes) => notes.FindAsync(alice, Cancel)))?.By);
        Assert.Equal("not_allowed", (await portal.Run((BackupNotes notes) => notes.NoteAsync(Actor.Anonymous, Cancel))).Problem?.Code);
    }

    private static async Task<bool> Make(BackupService backups)
    {
        await backups.MakeAsync(new(TimeProvider.System), Cancel);
        return true;
    }

    private static async Task Remind(TestPortal portal) => await portal.Run(async (BackupNotes notes) =>
    {
        await notes.RemindAsync(new(portal.Clock), Cancel);
        return true;
    });

    private static Task<int> Mails(TestPortal portal) => portal.Run((UserAdminDbContext db) => db.OutboxMessages.CountAsync(m => m.Template == "backup-overdue", Cancel));

    private static Core.Tenants.Tenant Host(TestApp app) => app.Services.GetRequiredService<Core.Tenants.TenantDirectory>().Default;

    private static string DatabaseFile(TestApp app) => BackupService.FileOf(Host(app));
}
