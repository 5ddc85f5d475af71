using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Jobs;

public enum JobOutcome { Running = 1, Succeeded = 2, Failed = 3, Interrupted = 4 }

public enum JobTrigger { Schedule = 1, ByHand = 2, Retry = 3, CatchUp = 4 }

/// <summary>One run of a job: when, why, how it went, and what it said.</summary>
public sealed class JobRun
{
    public Guid Id { get; init; } = Ids.New();
    public required string Job { get; init; }
    public JobTrigger Trigger { get; init; }

    /// <summary>The moment of the timetable this run is for. One run of a job for one moment, whichever server is first.</summary>
    public DateTimeOffset ScheduledFor { get; init; }

    public int Attempt { get; init; } = 1;
    public JobOutcome Outcome { get; set; } = JobOutcome.Running;
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The server works until then at least; afterwards it counts as dead and another may take over.</summary>
    public DateTimeOffset HeldUntil { get; set; }

    public required string Server { get; init; }
    public Guid? ActorId { get; init; }
    public string? ActorName { get; init; }

    /// <summary>What came of it, in a sentence.</summary>
    public string? Summary { get; set; }

    /// <summary>The lines it wrote, with their times.</summary>
    public string? Log { get; set; }
}

/// <summary>What an administrator changed about a job's timetable; a job without a row follows its own.</summary>
public sealed class JobSchedule
{
    public required string Job { get; init; }

    /// <summary>A Quartz cron expression, read in the time zone; null leaves the job's own.</summary>
    public string? Cron { get; set; }

    public required string TimeZone { get; set; }
    public bool IsPaused { get; set; }
    public DateTimeOffset ChangedAt { get; set; }
    public Guid Stamp { get; set; } = Ids.New();
}

internal sealed class JobConfiguration : IEntityTypeConfiguration<JobRun>, IEntityTypeConfiguration<JobSchedule>
{
    public void Configure(EntityTypeBuilder<JobRun> run)
    {
        run.ToTable("job_runs");
        run.Property(r => r.Job).HasMaxLength(60);
        run.Property(r => r.Server).HasMaxLength(100);
        run.Property(r => r.ActorName).HasMaxLength(410);
        run.Property(r => r.Summary).HasMaxLength(1000);
        run.HasIndex(r => new { r.Job, r.ScheduledFor, r.Attempt }).IsUnique();
        run.HasIndex(r => new { r.Job, r.StartedAt, r.Id });
        run.HasIndex(r => new { r.StartedAt, r.Id });
        run.HasIndex(r => r.HeldUntil).HasFilter("outcome = 1");
        run.HasIndex(r => r.Job).HasFilter("outcome = 1").IsUnique();
    }

    public void Configure(EntityTypeBuilder<JobSchedule> schedule)
    {
        schedule.ToTable("job_schedules");
        schedule.HasKey(s => s.Job);
        schedule.Property(s => s.Job).HasMaxLength(60);
        schedule.Property(s => s.Cron).HasMaxLength(120);
        schedule.Property(s => s.TimeZone).HasMaxLength(60);
        schedule.Property(s => s.Stamp).IsConcurrencyToken();
    }
}
