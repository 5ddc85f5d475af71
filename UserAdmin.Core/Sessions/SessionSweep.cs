using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace UserAdmin.Core.Sessions;

/// <summary>Closes the pages open on this server whose sessions another server ended, and tells those whose owner may do more or less than before, within seconds (S3, C04, C05).</summary>
public sealed partial class SessionSweep(SessionDirectory sessions, ILogger<SessionSweep> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                await sessions.EndWhatEndedElsewhereAsync(stoppingToken);
                await sessions.LookAtAccessAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is DbException or TimeoutException or InvalidOperationException)
            {
                // The database is away for a moment; every click asks for itself meanwhile.
                LogFailed(failure);
            }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not ask which sessions have ended elsewhere")]
    private partial void LogFailed(Exception failure);
}
