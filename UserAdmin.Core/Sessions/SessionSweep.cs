using Microsoft.Extensions.Hosting;

namespace UserAdmin.Core.Sessions;

/// <summary>Closes the pages open on this server whose sessions another server ended, and tells those whose owner may do more or less than before, within seconds (S3, C04, C05).</summary>
public sealed class SessionSweep(SessionDirectory sessions) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await sessions.SweepAsync(stoppingToken);
    }
}
