using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>
/// Looks every minute whether the logs of all tenants are being sealed, and says so once when one is not: it must not depend on what runs the jobs. When the server stops
/// it seals what is left.
/// </summary>
public sealed partial class AuditWatch(TenantDirectory tenants, IServiceScopeFactory scopes, IOptions<AuditSettings> settings, TimeProvider clock, ILogger<AuditWatch> logger) : BackgroundService
{
    private const string Told = "told_behind";
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, string> problems = new();

    /// <summary>The tenants whose log was not sealed at the last look, and why.</summary>
    public IReadOnlyDictionary<string, string> Problems => problems;

    /// <summary>Looks at all tenants; who is behind gets a mail, once until it is well again.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        foreach (var tenant in await tenants.ActiveAsync(cancel))
            try
            {
                await using var scope = scopes.CreateFor(tenant);
                await NoteAsync(scope.ServiceProvider.GetRequiredService<UserAdminDbContext>(), cancel);
                if (await scope.ServiceProvider.GetRequiredService<SealingStates>().FindProblemAsync(cancel) is not { } problem)
                    problems.TryRemove(tenant.Name, out _);
                else
                    problems[tenant.Name] = problem;
                await TellAsync(scope.ServiceProvider, problems.GetValueOrDefault(tenant.Name), cancel);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Carrying on is safe: the next tenant has a database of its own, and this one is looked at again in a minute.
                LogFailed(failure, tenant.Name);
            }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!settings.Value.SealAtStop)
            return;
        foreach (var tenant in await tenants.ActiveAsync(cancellationToken))
            try
            {
                await using var scope = scopes.CreateFor(tenant);
                if (await scope.ServiceProvider.GetRequiredService<AuditSealer>().SealAsync(cancellationToken) is { Problem: { } problem })
                    LogNotSealed(tenant.Name, problem.Message);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // What waits is sealed after the next start.
                LogFailed(failure, tenant.Name);
            }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What waited while no server ran is sealed in the first minutes.
        await Task.Delay(Verification.AuditVerification.Patience, stoppingToken);
        using var timer = new PeriodicTimer(Interval);
        do
            await LookAsync(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task NoteAsync(UserAdminDbContext db, CancellationToken cancel)
    {
        await db.NoteWaitingAsync(clock.GetUtcNow(), cancel);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException)
        {
            // Another server noted it at the same moment.
            db.ChangeTracker.Clear();
        }
    }

    private async Task TellAsync(IServiceProvider services, string? problem, CancellationToken cancel)
    {
        var db = services.GetRequiredService<UserAdminDbContext>();
        var told = await db.AuditFacts.SingleOrDefaultAsync(f => f.Name == Told, cancel);
        if ((told is null) == (problem is null))
            return;
        if (problem is null)
            db.AuditFacts.Remove(told!);
        else
        {
            db.AuditFacts.Add(new() { Name = Told, Value = $"{clock.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z" });
            await services.GetRequiredService<ComplianceMail>().BehindAsync(problem, cancel);
            LogNotSealed(services.GetRequiredService<CurrentTenant>().Tenant.Name, problem);
        }
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException)
        {
            // Another server told at the same moment.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The audit log of tenant {Tenant} is not being sealed. {Problem}")]
    private partial void LogNotSealed(string tenant, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not look after the seals of tenant {Tenant}")]
    private partial void LogFailed(Exception failure, string tenant);
}
