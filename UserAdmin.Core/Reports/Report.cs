using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Reports;

/// <summary>A report that somebody built.</summary>
public sealed class Report
{
    public Guid Id { get; init; } = Ids.New();
    public required string Name { get; set; }
    public required string NormalizedName { get; set; }
    public string? Description { get; set; }
    public Guid? OwnerId { get; init; }

    /// <summary>Whether everybody who may see reports sees it; otherwise its owner alone.</summary>
    public bool IsShared { get; set; }

    /// <summary>Data set, columns, filters, grouping, order and chart as JSON.</summary>
    public required string Definition { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ChangedAt { get; set; }
    public Guid Stamp { get; set; } = Ids.New();
}

/// <summary>When a report is made by itself, and who gets it.</summary>
public sealed class ReportSchedule
{
    public Guid Id { get; init; } = Ids.New();

    /// <summary>The code of a built-in report, or the id of one that somebody built.</summary>
    public required string Report { get; init; }

    public required string Name { get; set; }
    public Guid? OwnerId { get; init; }

    /// <summary>The report's parameters as JSON.</summary>
    public string? Parameters { get; set; }

    public ExportFormat Format { get; set; }

    /// <summary>A Quartz cron expression, read in the time zone.</summary>
    public required string Cron { get; set; }

    public required string TimeZone { get; set; }

    /// <summary>The ids of the people who get it, as a JSON array.</summary>
    public required string Recipients { get; set; }

    public bool IsActive { get; set; } = true;
    public DateTimeOffset? NextRunAt { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public Guid Stamp { get; set; } = Ids.New();
}

public enum ReportRunState { Running = 1, Done = 2, Failed = 3 }

/// <summary>A scheduled report that was made, or could not be.</summary>
public sealed class ReportRun
{
    public Guid Id { get; init; } = Ids.New();
    public Guid ScheduleId { get; init; }
    public DateTimeOffset ScheduledFor { get; init; }
    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public ReportRunState State { get; set; } = ReportRunState.Running;
    public int Attempts { get; set; } = 1;
    public DateTimeOffset? HeldUntil { get; set; }
    public long Rows { get; set; }
    public int Recipients { get; set; }
    public string? Problem { get; set; }
}

/// <summary>A figure of a day, kept because it can't be found out later: how many people had a second factor on that day, say.</summary>
public sealed class DailyFigure
{
    public DateOnly Day { get; init; }
    public required string Name { get; init; }
    public long Value { get; set; }
}

internal sealed class ReportConfiguration :
    IEntityTypeConfiguration<Report>, IEntityTypeConfiguration<ReportSchedule>, IEntityTypeConfiguration<ReportRun>, IEntityTypeConfiguration<DailyFigure>
{
    public void Configure(EntityTypeBuilder<Report> report)
    {
        report.ToTable("reports");
        report.Property(r => r.Name).HasMaxLength(100);
        report.Property(r => r.NormalizedName).HasMaxLength(100);
        report.Property(r => r.Description).HasMaxLength(500);
        report.Property(r => r.Stamp).IsConcurrencyToken();
        report.HasIndex(r => new { r.OwnerId, r.NormalizedName });
        report.HasOne<User>().WithMany().HasForeignKey(r => r.OwnerId).OnDelete(DeleteBehavior.SetNull);
    }

    public void Configure(EntityTypeBuilder<ReportSchedule> schedule)
    {
        schedule.ToTable("report_schedules");
        schedule.Property(s => s.Report).HasMaxLength(60);
        schedule.Property(s => s.Name).HasMaxLength(100);
        schedule.Property(s => s.Cron).HasMaxLength(120);
        schedule.Property(s => s.TimeZone).HasMaxLength(60);
        schedule.Property(s => s.Stamp).IsConcurrencyToken();
        schedule.HasIndex(s => s.Report);
        schedule.HasIndex(s => s.NextRunAt);
        schedule.HasOne<User>().WithMany().HasForeignKey(s => s.OwnerId).OnDelete(DeleteBehavior.SetNull);
    }

    public void Configure(EntityTypeBuilder<ReportRun> run)
    {
        run.ToTable("report_runs");
        run.Property(r => r.Problem).HasMaxLength(500);
        run.HasIndex(r => new { r.ScheduleId, r.ScheduledFor }).IsUnique();
        run.HasOne<ReportSchedule>().WithMany().HasForeignKey(r => r.ScheduleId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<DailyFigure> figure)
    {
        figure.ToTable("daily_figures");
        figure.HasKey(f => new { f.Name, f.Day });
        figure.Property(f => f.Name).HasMaxLength(60);
    }
}
