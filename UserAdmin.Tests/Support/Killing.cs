using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Tests.Support;

/// <summary>
/// The real program beside a test, on one database, started and killed again and again. When to kill is decided by what the database says, never by time. A kill that comes too late, because
/// the test was kept waiting, is a round that doesn't count.
/// </summary>
public sealed class Killing : IAsyncDisposable
{
    private readonly (string Name, string Value)[] settings;

    private Killing(string folder, (string Name, string Value)[] settings, TestPortal portal) => (Folder, this.settings, Portal) = (folder, settings, portal);

    /// <summary>How many kills have to hit. KILL_ROUNDS asks for more than the suite has patience for.</summary>
    public static int Rounds { get; } = int.Parse(Environment.GetEnvironmentVariable("KILL_ROUNDS") ?? "2", CultureInfo.InvariantCulture);

    public string Folder { get; }

    public TestPortal Portal { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Killing> StartAsync(DatabaseProvider provider, params (string Name, string Value)[] more)
    {
        var folder = Directory.CreateTempSubdirectory("useradmin-test-kill-").FullName;
        (string, string)[] settings = [("Audit:KeyFolder", Path.Combine(folder, "keys")), ("Audit:CheckpointFile", Path.Combine(folder, "checkpoints.txt")), .. more];
        return new(folder, settings, await TestPortal.StartAsync(provider, settings));
    }

    /// <summary>Starts the program and kills it as soon as this is so. False when a command was done before.</summary>
    public async Task<bool> KillOnceAsync(Func<UserAdminDbContext, Task<bool>> isSo, params string[] arguments)
    {
        var database = Portal.Services.GetRequiredService<TenantDirectory>().Default;
        await using var server = Server.Launch(Folder, arguments, [
            ("UserAdmin__Database__Provider", database.Provider.ToString()), ("UserAdmin__Database__ConnectionString", database.ConnectionString), ("UserAdmin__Keys__MasterKey", TestPortal.MasterKey),
            ("UserAdmin__Jobs__LookSeconds", "1"), .. settings.Select(setting => ($"UserAdmin__{setting.Name.Replace(":", "__", StringComparison.Ordinal)}", setting.Value))]);
        while (!await Portal.Run(isSo))
        {
            if (server.ExitCode is { } code)
            {
                Assert.True(code == 0 && arguments.Length > 0, $"It ended with {code}. {server.Output}");
                return false;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(5), Cancel);
        }
        await server.KillAsync();
        TestContext.Current.SendDiagnosticMessage("Killed in {0}", TestContext.Current.TestMethod?.MethodName);
        await Portal.Run((UserAdminDbContext db) => LetTimePassAsync(db));
        return true;
    }

    /// <summary>Runs this job every second instead of when its timetable says.</summary>
    public Task HurryAsync(string job) => Portal.Run((UserAdminDbContext db) =>
    {
        db.JobSchedules.Add(new() { Job = job, Cron = "* * * * * ?", TimeZone = "UTC", ChangedAt = Portal.Clock.Now });
        return db.SaveChangesAsync(Cancel);
    });

    public async ValueTask DisposeAsync()
    {
        await Portal.DisposeAsync();
        TestFolder.Delete(Folder);
    }

    // As if the minute had passed after which a server that says nothing counts as dead.
    private async Task<bool> LetTimePassAsync(UserAdminDbContext db)
    {
        var past = Portal.Clock.Now.AddMinutes(-1);
        await db.WriteAsync(async () =>
        {
            await db.JobRuns.Where(r => r.HeldUntil > past).ExecuteUpdateAsync(row => row.SetProperty(r => r.HeldUntil, past), Cancel);
            await db.Exports.Where(e => e.HeldUntil > past).ExecuteUpdateAsync(row => row.SetProperty(e => e.HeldUntil, past), Cancel);
            return Result.Ok;
        }, Cancel);
        if (db is PostgresUserAdminDbContext && await db.Database.SqlQuery<bool>($"""SELECT to_regclass('qrtz_scheduler_state') IS NOT NULL AS "Value" """).SingleAsync(Cancel))
            await db.Database.ExecuteSqlAsync($"UPDATE qrtz_scheduler_state SET last_checkin_time = 0", Cancel);
        return true;
    }
}
