using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;

namespace UserAdmin.Tests.Jobs;

/// <summary>Two real servers on one PostgreSQL. CLUSTER_FIRINGS asks for more firings than the suite has patience for.</summary>
public class ManyServersTests
{
    private static readonly string[] EverySecond = ["jobs.clean", "outbox.clean", "registration.clean", "access.remind"];
    private const string Never = "0 0 0 1 1 ? 2099";
    private static readonly int Firings = int.Parse(Environment.GetEnvironmentVariable("CLUSTER_FIRINGS") ?? "12", CultureInfo.InvariantCulture);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task J3_Two_servers_run_each_firing_once_and_the_other_takes_over_from_the_one_that_is_killed()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        var folder = Directory.CreateTempSubdirectory("useradmin-test-cluster-").FullName;
        try
        {
            await using (var db = Open(database))
            {
                db.JobSchedules.AddRange(EverySecond.Select(job => new JobSchedule { Job = job, Cron = "* * * * * ?", TimeZone = "UTC", ChangedAt = DateTimeOffset.UtcNow }));
                await db.SaveChangesAsync(Cancel);
            }
            await using var first = await Start(database, folder);
            await using var second = await Start(database, folder);

            await Until(database, async db => await db.JobRuns.CountAsync(r => r.Outcome == JobOutcome.Succeeded && EverySecond.Contains(r.Job), Cancel) >= Firings);
            await using (var db = Open(database))
            {
                var runs = await db.JobRuns.AsNoTracking().Where(r => EverySecond.Contains(r.Job) && r.Outcome == JobOutcome.Succeeded).ToListAsync(Cancel);
                Assert.Equal(runs.Count, runs.Select(r => (r.Job, r.ScheduledFor)).Distinct().Count());
                Assert.Equal(runs.Count, await db.AuditEvents.CountAsync(e => e.Action == "job.succeeded" && runs.Select(r => (Guid?)r.Id).Contains(e.TargetId), Cancel));
            }

            // Whoever has the run of this job hangs at a table that the test holds, until it is killed.
            await using var holder = new NpgsqlConnection(database.ConnectionString);
            await holder.OpenAsync(Cancel);
            await using var held = await holder.BeginTransactionAsync(Cancel);
            await Ask(holder, "LOCK TABLE devices IN ACCESS EXCLUSIVE MODE");
            await using (var db = Open(database))
            {
                db.JobSchedules.Add(new() { Job = "sign_in.clean", Cron = "* * * * * ?", TimeZone = "UTC", ChangedAt = DateTimeOffset.UtcNow });
                await db.SaveChangesAsync(Cancel);
            }
            JobRun? hanging = null;
            await Until(database, async db => (hanging = await db.JobRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Job == "sign_in.clean" && r.Outcome == JobOutcome.Running, Cancel)) is not null);
            // No newer moment of the timetable shall do the work instead.
            await using (var db = Open(database))
                await db.JobSchedules.Where(s => s.Job == "sign_in.clean").ExecuteUpdateAsync(row => row.SetProperty(s => s.Cron, Never), Cancel);
            await Until(database, async db => await db.Database.SqlQuery<string>($"SELECT cron_expression AS \"Value\" FROM qrtz_cron_triggers WHERE trigger_name = 'sign_in.clean'").SingleOrDefaultAsync(Cancel) == Never);
            var victim = hanging!.Server.EndsWith($"/{first.Id}", StringComparison.Ordinal) ? first : second;
            Assert.EndsWith($"/{victim.Id}", hanging.Server, StringComparison.Ordinal);
            await victim.KillAsync();
            await held.RollbackAsync(Cancel);

            await Until(database, db => db.JobRuns.AnyAsync(r => r.Job == "sign_in.clean" && r.ScheduledFor == hanging.ScheduledFor && r.Attempt == 2 && r.Outcome == JobOutcome.Succeeded, Cancel));
            await using var after = Open(database);
            var taken = await after.JobRuns.AsNoTracking().Where(r => r.Job == "sign_in.clean" && r.ScheduledFor == hanging.ScheduledFor).OrderBy(r => r.Attempt).ToListAsync(Cancel);
            Assert.Equal([JobOutcome.Interrupted, JobOutcome.Succeeded], taken.Select(r => r.Outcome));
            Assert.NotEqual(hanging.Server, taken[1].Server);
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }

    private static Task<Server> Start(TestDatabase database, string folder) => Server.StartAsync(folder,
        ("UserAdmin__Database__Provider", "PostgreSql"), ("UserAdmin__Database__ConnectionString", database.ConnectionString), ("UserAdmin__Keys__MasterKey", TestPortal.MasterKey),
        ("UserAdmin__Jobs__HoldSeconds", "3"), ("UserAdmin__Jobs__LookSeconds", "1"));

    private static PostgresUserAdminDbContext Open(TestDatabase database) => new(new DbContextOptionsBuilder<PostgresUserAdminDbContext>().UseNpgsql(database.ConnectionString).Options);

    // Waits as long as the test may run: a slow machine makes it late, never wrong.
    private static async Task Until(TestDatabase database, Func<UserAdminDbContext, Task<bool>> isSo)
    {
        while (true)
        {
            await using (var db = Open(database))
                if (await isSo(db))
                    return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), Cancel);
        }
    }

    private static async Task Ask(NpgsqlConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
