using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Data;

public class DatabaseTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData("journal_mode", "wal"), InlineData("foreign_keys", "1"), InlineData("synchronous", "2")]
    public async Task Every_connection_to_SQLite_keeps_what_was_acknowledged(string pragma, string expected)
    {
        await using var portal = await TestPortal.StartAsync();

        for (var i = 0; i < 3; i++)
            Assert.Equal(expected, await portal.Run(async (UserAdminDbContext db) =>
            {
                await db.Database.OpenConnectionAsync(Cancel);
                await using var command = db.Database.GetDbConnection().CreateCommand();
                command.CommandText = $"PRAGMA {pragma}";
                return Convert.ToString(await command.ExecuteScalarAsync(Cancel), System.Globalization.CultureInfo.InvariantCulture);
            }));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task A_new_database_is_brought_to_the_current_shape_and_a_second_start_finds_nothing_to_do(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, migrated: false);
        await using var services = TestPortal.Build(provider, database.ConnectionString, new(), []);
        var migrator = services.GetRequiredService<DatabaseMigrator>();

        await migrator.MigrateAsync(Cancel);
        await migrator.MigrateAsync(Cancel);

        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Cancel));
        Assert.Equal(0, await db.Users.CountAsync(Cancel));
        Assert.Equal(SystemRoles.All.Select(role => (role.Id, role.Name)), (await db.Roles.OrderBy(role => role.Id).ToListAsync(Cancel)).Select(role => (role.Id, role.Name)));
    }

    [Fact]
    public async Task K05_A_lock_left_behind_by_a_killed_start_does_not_block_the_next()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, migrated: false);
        await using (var connection = new SqliteConnection(database.ConnectionString))
        {
            await connection.OpenAsync(Cancel);
            await using var command = connection.CreateCommand();
            command.CommandText = """
                CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00');
                """;
            await command.ExecuteNonQueryAsync(Cancel);
        }
        await using var services = TestPortal.Build(DatabaseProvider.Sqlite, database.ConnectionString, new(), []);

        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
    }

    [Fact]
    public async Task K05_While_another_process_migrates_the_start_waits_and_then_says_so()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, migrated: false);
        var clock = new TestClock();
        await using var services = TestPortal.Build(DatabaseProvider.Sqlite, database.ConnectionString, clock, []);
        var file = new SqliteConnectionStringBuilder(database.ConnectionString).DataSource + ".migrating";
        using (new FileStream(file, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            var waiting = services.GetRequiredService<DatabaseMigrator>().MigrateAsync(Cancel);
            Assert.False(waiting.IsCompleted);
            clock.Advance(TimeSpan.FromSeconds(46));
            var gaveUp = await Assert.ThrowsAsync<TimeoutException>(() => waiting);
            Assert.Contains(file, gaveUp.Message);
        }

        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(Cancel);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task E12_The_database_itself_keeps_names_and_keys_unique(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var carol = await portal.Given(Carol);
        await portal.Given(Dave);

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => portal.Run((UserAdminDbContext db) =>
            db.Users.Where(u => u.UserName == "carol").ExecuteUpdateAsync(user => user.SetProperty(u => u.NormalizedUserName, "DAVE"), Cancel)));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => portal.Run((UserAdminDbContext db) =>
            db.Users.Where(u => u.UserName == "carol").ExecuteUpdateAsync(user => user.SetProperty(u => u.NormalizedEmail, "DAVE@EXAMPLE.ORG"), Cancel)));
        await Assert.ThrowsAnyAsync<DbUpdateException>(() => portal.Run(async (UserAdminDbContext db) =>
        {
            for (var i = 0; i < 2; i++)
                db.Sessions.Add(new() { UserId = carol.Id, KeyHash = [1, 2, 3], ExpiresAt = portal.Clock.Now });
            return await db.SaveChangesAsync(Cancel);
        }));
        await Assert.ThrowsAnyAsync<DbUpdateException>(() => portal.Run(async (UserAdminDbContext db) =>
        {
            db.Sessions.Add(new() { UserId = Guid.NewGuid(), KeyHash = [4], ExpiresAt = portal.Clock.Now });
            return await db.SaveChangesAsync(Cancel);
        }));
    }
}
