using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Audit.Verification;

public enum VerificationState { Running = 1, Done, Cancelled, Failed }

/// <summary>One check in the background, as it stands at this moment.</summary>
public sealed record VerificationRun(string StartedBy, DateTimeOffset StartedAt, VerificationState State, VerificationProgress Progress, AuditReport? Report);

/// <summary>The checks that run on this server, one per tenant, and how the last one ended. They go on when the page that asked for them is closed.</summary>
public sealed partial class VerificationRuns(IServiceScopeFactory scopes, TimeProvider clock, ILogger<VerificationRuns> logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, Entry> runs = new();
    private readonly Lock gate = new();

    internal VerificationRun? Find(string tenant) => runs.GetValueOrDefault(tenant)?.Now;

    /// <summary>Does nothing while one is running.</summary>
    internal void Start(Tenant tenant, OwnEvidence evidence, Actor actor)
    {
        lock (gate)
        {
            if (Find(tenant.Name) is { State: VerificationState.Running })
                return;
            var entry = runs[tenant.Name] = new(new(actor.Name, clock.GetUtcNow(), VerificationState.Running, new(0, 0), null));
            entry.Work = Task.Run(() => RunAsync(entry, tenant, evidence, actor));
        }
    }

    internal void Cancel(string tenant) => runs.GetValueOrDefault(tenant)?.Stop.Cancel();

    /// <summary>Until the one that runs now has ended.</summary>
    internal Task EndedAsync(string tenant) => runs.GetValueOrDefault(tenant)?.Work ?? Task.CompletedTask;

    public void Dispose()
    {
        foreach (var entry in runs.Values)
            entry.Stop.Cancel();
    }

    private async Task RunAsync(Entry entry, Tenant tenant, OwnEvidence evidence, Actor actor)
    {
        try
        {
            await using var scope = scopes.CreateFor(tenant);
            var verified = await scope.ServiceProvider.GetRequiredService<AuditVerification>().VerifyAsync(evidence, actor, entry, entry.Stop.Token);
            entry.End(verified.Succeeded ? VerificationState.Done : VerificationState.Failed, verified.Value);
        }
        catch (OperationCanceledException)
        {
            entry.End(VerificationState.Cancelled, null);
        }
        catch (Exception failure)
        {
            // Nobody waits for this; the page shows that it failed.
            LogFailed(failure, tenant.Name);
            entry.End(VerificationState.Failed, null);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The check of the audit log of tenant {Tenant} failed")]
    private partial void LogFailed(Exception failure, string tenant);

    private sealed class Entry(VerificationRun now) : IProgress<VerificationProgress>
    {
        public CancellationTokenSource Stop { get; } = new();
        public Task? Work { get; set; }
        public VerificationRun Now { get; private set; } = now;

        public void Report(VerificationProgress value) => Now = Now with { Progress = value };

        public void End(VerificationState state, AuditReport? report) => Now = Now with { State = state, Report = report };
    }
}

/// <summary>Checks of the log for whoever may ask for them.</summary>
public sealed class VerificationDesk(UserAdminDbContext db, CurrentTenant tenant, VerificationRuns runs, TimeProvider clock)
{
    /// <summary>The check that runs, or the last one on this server since it was started; null when there was none. Problem: not allowed.</summary>
    public async Task<Result<VerificationRun?>> FindAsync(Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.AuditVerify) ? runs.Find(tenant.Tenant.Name) : await db.DenyAsync(actor, Permission.AuditVerify, null, clock, cancel);

    /// <summary>Starts a check, or leaves the one that runs alone.</summary>
    public async Task<Result> StartAsync(OwnEvidence evidence, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditVerify))
            return await db.DenyAsync(actor, Permission.AuditVerify, null, clock, cancel);
        runs.Start(tenant.Tenant, evidence, actor);
        return Result.Ok;
    }

    public async Task<Result> CancelAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditVerify))
            return await db.DenyAsync(actor, Permission.AuditVerify, null, clock, cancel);
        runs.Cancel(tenant.Tenant.Name);
        return Result.Ok;
    }
}
