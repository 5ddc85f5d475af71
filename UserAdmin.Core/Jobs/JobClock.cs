using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Quartz;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Jobs;

/// <summary>
/// Quartz rings when a job is due: in memory on SQLite, where one server runs, and from tables that all servers share on PostgreSQL and SQL Server. It has a trigger for each job
/// and tenant. Every some seconds the clock looks whether timetables or tenants have changed, and whether something is due that Quartz knows nothing of.
/// </summary>
public sealed partial class JobClock(
    IOptions<JobSettings> settings, TenantDirectory tenants, JobBook book, JobRunner runner, IServiceScopeFactory scopes, IHostApplicationLifetime lifetime, TimeProvider clock, ILoggerFactory loggers, ILogger<JobClock> logger) : BackgroundService
{
    // Whoever changes the shared tables by hand or with an older program is corrected after so many looks.
    private const int LooksUntilAnew = 30;

    private readonly Dictionary<TriggerKey, string> known = [];
    private ServiceProvider? quartz;
    private IScheduler? scheduler;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Value.Run)
            return;
        await StartedAsync(stoppingToken);
        for (var looks = 0; !stoppingToken.IsCancellationRequested; looks++)
        {
            try
            {
                scheduler ??= await StartQuartzAsync(stoppingToken);
                if (looks % LooksUntilAnew == 0)
                    known.Clear();
                await LookAsync(scheduler, stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Carrying on is safe: what was not seen now is seen at the next look.
                LogFailed(failure);
            }
            await Task.Delay(TimeSpan.FromSeconds(settings.Value.LookSeconds), stoppingToken);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (scheduler is not null)
            await scheduler.Standby(CancellationToken.None);
        await runner.StopAsync(TimeSpan.FromSeconds(settings.Value.GraceSeconds));
        if (scheduler is not null)
            await scheduler.Shutdown(waitForJobsToComplete: false, CancellationToken.None);
        if (quartz is not null)
            await quartz.DisposeAsync();
    }

    // Nothing of this may keep people waiting for the first page.
    private async Task StartedAsync(CancellationToken stop)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var told = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stop);
    }

    private async Task LookAsync(IScheduler quartz, CancellationToken stop)
    {
        var wanted = new Dictionary<TriggerKey, JobTimes>();
        foreach (var tenant in await tenants.ActiveAsync(stop))
        {
            using var log = logger.BeginTenant(tenant);
            try
            {
                await using var scope = scopes.CreateFor(tenant);
                var schedules = await scope.ServiceProvider.GetRequiredService<UserAdminDbContext>().JobSchedules.AsNoTracking().ToDictionaryAsync(s => s.Job, stop);
                foreach (var job in book.Of(tenant))
                    if (schedules.GetValueOrDefault(job.Code) is var schedule && schedule is not { IsPaused: true })
                        wanted[new(job.Code, tenant.Name)] = JobTimes.Of(job, schedule);
                foreach (var (job, due) in await scope.ServiceProvider.GetRequiredService<JobMinder>().FindDueAsync(stop))
                    _ = RunAsync(tenant, job, due);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Carrying on is safe: this tenant keeps its triggers, and is looked at again soon.
                LogTenantFailed(failure, tenant.Name);
                foreach (var key in known.Keys.Where(key => key.Group == tenant.Name && JobTimes.Read(known[key].Split('|')[0], known[key].Split('|')[1]) is not null))
                    wanted[key] = JobTimes.Read(known[key].Split('|')[0], known[key].Split('|')[1])!;
            }
        }
        await SetAsync(quartz, wanted, stop);
    }

    private async Task RunAsync(Tenant tenant, JobDefinition job, DueRun due)
    {
        using var log = logger.BeginTenant(tenant);
        try
        {
            await runner.RunAsync(tenant, job, due, CancellationToken.None);
        }
        catch (Exception failure)
        {
            // Carrying on is safe: it is still due at the next look.
            LogFailed(failure);
        }
    }

    private async Task SetAsync(IScheduler quartz, Dictionary<TriggerKey, JobTimes> wanted, CancellationToken stop)
    {
        var gone = known.Keys.Where(key => !wanted.ContainsKey(key)).ToList();
        if (gone.Count > 0)
            await quartz.DeleteJobs([.. gone.Select(key => new JobKey(key.Name, key.Group))], stop);
        gone.ForEach(key => known.Remove(key));

        var unsure = wanted.Where(entry => known.GetValueOrDefault(entry.Key) != Words(entry.Value)).ToList();
        if (unsure.Count == 0)
            return;
        var stored = (await quartz.GetTriggers([.. unsure.Select(entry => entry.Key)], stop)).OfType<ICronTrigger>().ToDictionary(trigger => trigger.Key);
        foreach (var (key, times) in unsure)
        {
            if (!(stored.GetValueOrDefault(key) is { } trigger && trigger.CronExpressionString == times.Cron && trigger.TimeZone.Id == times.Zone.Id))
                await quartz.ScheduleJob(
                    JobBuilder.Create<TenantJob>().WithIdentity(key.Name, key.Group).Build(),
                    [TriggerBuilder.Create().WithIdentity(key.Name, key.Group)
                        .WithSchedule(CronScheduleBuilder.Create(times.Cron).InTimeZone(times.Zone).WithMisfireInstruction(CronTriggerMisfireInstruction.DoNothing)).Build()],
                    new ScheduleJobOptions { Replace = true }, stop);
            known[key] = Words(times);
        }

        static string Words(JobTimes times) => $"{times.Cron}|{times.Zone.Id}";
    }

    private async Task<IScheduler> StartQuartzAsync(CancellationToken stop)
    {
        var host = tenants.Default;
        if (quartz is not null)
            await quartz.DisposeAsync();
        // A container of its own: Quartz would register its parts in ours whether this server runs jobs or not.
        var services = new ServiceCollection().AddSingleton(loggers).AddLogging().AddSingleton(this);
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(options =>
            {
                (options.InstanceName, options.GenerateInstanceId, options.IdleWaitTime) = ("useradmin", true, TimeSpan.FromSeconds(5));
            });
            quartz.UseDefaultThreadPool(2 * settings.Value.AtOnce);
            quartz.AddJobType<TenantJob>(ServiceLifetime.Transient);
            if (host.Provider == DatabaseProvider.Sqlite)
                return;
            quartz.UsePersistentStore(store =>
            {
                if (host.Provider == DatabaseProvider.PostgreSql)
                    store.UsePostgres(NpgsqlFactory.Instance, host.ConnectionString);
                else
                    store.UseSqlServer(SqlClientFactory.Instance, host.ConnectionString);
                store.UseClustering(cluster => (cluster.CheckinInterval, cluster.CheckinMisfireThreshold) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)));
                store.ProvisionSchema();
            });
        });
        quartz = services.BuildServiceProvider();
        var made = await quartz.GetRequiredService<ISchedulerFactory>().GetScheduler(stop);
        await made.Start(stop);
        return made;
    }

    /// <summary>Rings for one tenant.</summary>
    internal async Task RingAsync(IJobExecutionContext context, CancellationToken cancel)
    {
        var key = context.JobDetail.Key;
        if (await tenants.FindActiveAsync(key.Group, cancel) is not { } tenant || book.Find(key.Name, tenant) is not { } job)
            return;
        using var log = logger.BeginTenant(tenant);
        await runner.RunAsync(tenant, job, new(context.ScheduledFireTimeUtc ?? clock.GetUtcNow()), cancel);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The timetable could not be looked at; the next look is soon")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "The timetable of tenant {Tenant} could not be looked at")]
    private partial void LogTenantFailed(Exception failure, string tenant);
}
