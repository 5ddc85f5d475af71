using Quartz;

namespace UserAdmin.Core.Jobs;

/// <summary>The doorbell of Quartz, one for each job and tenant; what is to be done stands in the timetable.</summary>
[DisallowConcurrentExecution]
internal sealed class TenantJob(JobClock clock) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) => await clock.RingAsync(context, cancellationToken);
}
