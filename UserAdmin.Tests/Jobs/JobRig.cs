using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Tests.Jobs;

/// <summary>A portal with one job of the test's own and the clock's hands in the test's.</summary>
internal sealed class JobRig(ITestPortal portal, JobDefinition job) : IDisposable
{
    private readonly List<JobRunner> servers = [];

    public static readonly DateTimeOffset Moment = new(2026, 11, 21, 1, 0, 0, TimeSpan.Zero);

    public const string Daily = "0 0 1 * * ?";

    private const string Never = "0 0 1 1 1 ? 2099";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static JobDefinition Job(Func<JobLog, CancellationToken, Task> work, string cron = Never) => new("test.job", "Test", "A job of a test.", cron, (_, log, cancel) => work(log, cancel));

    public Tenant Tenant => portal.Services.GetRequiredService<TenantDirectory>().Default;

    /// <summary>The part of a server that runs jobs.</summary>
    public JobRunner Server()
    {
        var server = new JobRunner(portal.Services.GetRequiredService<IServiceScopeFactory>(), portal.Services.GetRequiredService<IOptions<JobSettings>>(), portal.Clock, NullLogger<JobRunner>.Instance);
        servers.Add(server);
        return server;
    }

    public Task<JobRun?> Run(DateTimeOffset moment, JobRunner? server = null) => (server ?? Server()).RunAsync(Tenant, job, new(moment), Cancel);

    public Task<JobRun?> RunDue(DueRun due, JobRunner server) => server.RunAsync(Tenant, job, due, Cancel);

    public async Task<IReadOnlyList<DueRun>> Due(JobRunner? server = null)
    {
        await using var scope = portal.CreateScope();
        var of = scope.ServiceProvider;
        var minder = new JobMinder(of.GetRequiredService<UserAdminDbContext>(), of.GetRequiredService<CurrentTenant>(), new([job]), server ?? Server(), of.GetRequiredService<JobEnd>(), portal.Clock);
        return [.. (await minder.FindDueAsync(Cancel)).Select(found => found.Due)];
    }

    /// <summary>Runs what the minder finds, as the clock does.</summary>
    public async Task Look()
    {
        var server = Server();
        foreach (var due in await Due(server))
            await server.RunAsync(Tenant, job, due, Cancel);
    }

    public Task<List<JobRun>> Runs() => portal.Run((UserAdminDbContext db) => db.JobRuns.AsNoTracking().OrderBy(r => r.ScheduledFor).ThenBy(r => r.Attempt).ToListAsync(Cancel));

    public Task<int> Mails() => portal.Run((UserAdminDbContext db) => db.OutboxMessages.CountAsync(m => m.Template == MailKind.JobFailed.Key, Cancel));

    public void Dispose() => servers.ForEach(server => server.Dispose());
}
