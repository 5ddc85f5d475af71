using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Jobs;

/// <summary>
/// Runs a job for one moment of its timetable. The row in <c>job_runs</c> is the claim: whichever server saves it first has the run, and there is one that is
/// running per job. The row is held as long as the server renews it.
/// </summary>
public sealed partial class JobRunner(IServiceScopeFactory scopes, IOptions<JobSettings> settings, TimeProvider clock, ILogger<JobRunner> logger) : IDisposable
{
    private readonly ConcurrentDictionary<Guid, Task> running = new();
    private readonly SemaphoreSlim places = new(settings.Value.AtOnce);
    private readonly CancellationTokenSource ending = new();
    private bool isDisposed;

    public static string Server { get; } = Text.Shorten($"{Environment.MachineName}/{Environment.ProcessId}", 100);

    private TimeSpan Hold => TimeSpan.FromSeconds(settings.Value.HoldSeconds);

    /// <summary>Whether the run is under way on this server.</summary>
    public bool IsRunning(Guid runId) => running.ContainsKey(runId);

    /// <summary>Runs it to its end; null when somebody else has this moment, or the job is running.</summary>
    public async Task<JobRun?> RunAsync(Tenant tenant, JobDefinition job, DueRun due, CancellationToken cancel)
    {
        await places.WaitAsync(cancel);
        try
        {
            if (ending.IsCancellationRequested || await ClaimAsync(tenant, job, due, cancel) is not { } run)
                return null;
            await Begin(tenant, job, run);
            return run;
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Runs what has been claimed already.</summary>
    public Task Begin(Tenant tenant, JobDefinition job, JobRun run)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        running[run.Id] = started.Task;
        _ = Task.Run(async () =>
        {
            try
            {
                await ExecuteAsync(tenant, job, run);
            }
            catch (Exception failure)
            {
                // Carrying on is safe: the row is no longer renewed, so the run counts as interrupted and comes again.
                LogLost(failure, job.Code);
            }
            finally
            {
                running.TryRemove(run.Id, out _);
                started.SetResult();
            }
        }, CancellationToken.None);
        return started.Task;
    }

    /// <summary>A row for a run on this server, not saved yet.</summary>
    public JobRun NewRun(JobDefinition job, DueRun due, Actor? actor = null)
    {
        var now = clock.GetUtcNow();
        return new()
        {
            Job = job.Code,
            Trigger = due.Trigger,
            ScheduledFor = due.ScheduledFor,
            Attempt = due.Attempt,
            StartedAt = now,
            HeldUntil = now + Hold,
            Server = Server,
            ActorId = actor?.UserId,
            ActorName = actor?.Name,
        };
    }

    /// <summary>Lets what is running end, for a while; then stops it. Stopped runs are taken over or come again.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        var all = Task.WhenAll(running.Values);
        await Task.WhenAny(all, Task.Delay(grace, CancellationToken.None));
        if (isDisposed)
            return;
        await ending.CancelAsync();
        await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(5), CancellationToken.None));
    }

    public void Dispose()
    {
        isDisposed = true;
        ending.Dispose();
        places.Dispose();
    }

    private async Task<JobRun?> ClaimAsync(Tenant tenant, JobDefinition job, DueRun due, CancellationToken cancel)
    {
        await using var scope = scopes.CreateFor(tenant);
        var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
        // Most who come late are found here; the indexes decide between those who come together. Of jobs that run all the time only the newest rows are kept.
        if (await db.JobRuns.AnyAsync(r => r.Job == job.Code && (r.Outcome == JobOutcome.Running || (r.ScheduledFor == due.ScheduledFor && r.Attempt >= due.Attempt) || (job.IsFrequent && r.ScheduledFor > due.ScheduledFor)), cancel))
            return null;
        var run = NewRun(job, due);
        db.JobRuns.Add(run);
        try
        {
            await db.SaveChangesAsync(cancel);
            return run;
        }
        catch (DbUpdateException)
        {
            db.ChangeTracker.Clear();
            if (await db.JobRuns.AnyAsync(r => r.Job == job.Code && (r.Outcome == JobOutcome.Running || (r.ScheduledFor == due.ScheduledFor && r.Attempt >= due.Attempt)), cancel))
                return null;
            throw;
        }
    }

    private async Task ExecuteAsync(Tenant tenant, JobDefinition job, JobRun run)
    {
        using var logScope = logger.BeginTenant(tenant);
        using var work = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        using var done = new CancellationTokenSource();
        var holding = HoldAsync(tenant, job, run, work, done.Token);
        var said = new JobLog(clock);
        var outcome = JobOutcome.Succeeded;
        try
        {
            await using var scope = scopes.CreateFor(tenant);
            await job.RunAsync(scope.ServiceProvider, said, work.Token);
        }
        catch (OperationCanceledException) when (work.IsCancellationRequested)
        {
            outcome = JobOutcome.Interrupted;
            said.Conclude("The server stopped before it was done.");
        }
        catch (Exception failure)
        {
            // Carrying on is safe: the run ends as failed, is tried again, and is reported.
            outcome = JobOutcome.Failed;
            LogFailed(failure, job.Code, run.Attempt);
            said.Conclude($"{failure.GetType().Name}: {Text.Shorten(Text.OneLine(failure.Message), 500)}");
        }
        await done.CancelAsync();
        await holding;
        await using var end = scopes.CreateFor(tenant);
        if (!await end.ServiceProvider.GetRequiredService<JobEnd>().SaveAsync(job, run, outcome, said, CancellationToken.None))
            LogTaken(job.Code);
    }

    // Whoever can't renew in time must stop: another server may have taken the run over.
    private async Task HoldAsync(Tenant tenant, JobDefinition job, JobRun run, CancellationTokenSource work, CancellationToken done)
    {
        try
        {
            using var timer = new PeriodicTimer(Hold / 3);
            while (await timer.WaitForNextTickAsync(done))
                try
                {
                    await using var scope = scopes.CreateFor(tenant);
                    var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
                    var until = clock.GetUtcNow() + Hold;
                    var kept = 0;
                    await db.WriteAsync(async () =>
                    {
                        kept = await db.JobRuns.Where(r => r.Id == run.Id && r.Outcome == JobOutcome.Running).ExecuteUpdateAsync(row => row.SetProperty(r => r.HeldUntil, until), done);
                        return Result.Ok;
                    }, done);
                    if (kept == 1)
                        run.HeldUntil = until;
                    else
                        await work.CancelAsync();
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    // Carrying on is safe: it is tried again until the time is over, and then the work stops.
                    LogNotHeld(failure, job.Code);
                    if (clock.GetUtcNow() >= run.HeldUntil)
                        await work.CancelAsync();
                }
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The job {Job} failed at attempt {Attempt}")]
    private partial void LogFailed(Exception failure, string job, int attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "What came of the job {Job} could not be kept")]
    private partial void LogLost(Exception failure, string job);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The job {Job} went on here after its time was over; another server has taken it over")]
    private partial void LogTaken(string job);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not say that the job {Job} is still running")]
    private partial void LogNotHeld(Exception failure, string job);
}

/// <summary>A run that is due: for which moment of the timetable, why, and the how manieth attempt.</summary>
public sealed record DueRun(DateTimeOffset ScheduledFor, JobTrigger Trigger = JobTrigger.Schedule, int Attempt = 1);
