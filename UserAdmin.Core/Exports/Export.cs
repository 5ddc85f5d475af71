using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Exports;

public enum ExportState { Waiting = 1, Running = 2, Done = 3, Failed = 4, Canceled = 5 }

/// <summary>A file that somebody asked for. It belongs to them alone, and goes when its time is over.</summary>
public sealed class Export
{
    public Guid Id { get; init; } = Ids.New();
    public Guid OwnerId { get; init; }

    /// <summary>The list it is of: <see cref="IExportList.Name"/>.</summary>
    public required string List { get; init; }

    public required string Title { get; init; }
    public ExportFormat Format { get; init; }

    /// <summary>Filter, sort and columns as JSON, as the list understands them.</summary>
    public required string Query { get; init; }

    /// <summary>IANA name; dates in the file are in it.</summary>
    public required string TimeZone { get; init; }

    public ExportState State { get; set; } = ExportState.Waiting;
    public long Rows { get; set; }

    /// <summary>How many rows there will be, as far as that is known.</summary>
    public long? ExpectedRows { get; set; }

    public long Bytes { get; set; }
    public string? Problem { get; set; }
    public int Attempts { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public DateTimeOffset ExpiresAt { get; set; }
    public DateTimeOffset? DownloadedAt { get; set; }

    /// <summary>The server that writes it holds it until then; afterwards another begins anew.</summary>
    public DateTimeOffset? HeldUntil { get; set; }

    /// <summary>The run of a scheduled report that made it; null when its owner asked for it.</summary>
    public Guid? ReportRunId { get; init; }
}

/// <summary>A piece of a file. In the database, so that every server has it and a copy of the database is whole.</summary>
public sealed class ExportChunk
{
    public const int Size = 1024 * 1024;

    public Guid ExportId { get; init; }
    public int Number { get; init; }
    public required byte[] Content { get; init; }
}

internal sealed class ExportConfiguration : IEntityTypeConfiguration<Export>, IEntityTypeConfiguration<ExportChunk>
{
    public void Configure(EntityTypeBuilder<Export> export)
    {
        export.ToTable("exports");
        export.Property(e => e.List).HasMaxLength(60);
        export.Property(e => e.Title).HasMaxLength(200);
        export.Property(e => e.TimeZone).HasMaxLength(60);
        export.Property(e => e.Problem).HasMaxLength(500);
        export.HasIndex(e => new { e.OwnerId, e.CreatedAt, e.Id });
        export.HasIndex(e => e.ExpiresAt);
        export.HasIndex(e => new { e.State, e.CreatedAt }).HasFilter("state IN (1, 2)");
        export.HasOne<User>().WithMany().HasForeignKey(e => e.OwnerId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<ExportChunk> chunk)
    {
        chunk.ToTable("export_chunks");
        chunk.HasKey(c => new { c.ExportId, c.Number });
        chunk.HasOne<Export>().WithMany().HasForeignKey(c => c.ExportId).OnDelete(DeleteBehavior.Cascade);
    }
}
