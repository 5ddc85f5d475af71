using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace UserAdmin.Core.Api;

/// <summary>How many requests came under a key in one minute, over all servers.</summary>
public sealed class RequestCount
{
    public string Key { get; init; } = "";

    /// <summary>Minutes since 1970.</summary>
    public long Minute { get; init; }

    public int Count { get; init; }
}

internal sealed class RequestCountConfiguration : IEntityTypeConfiguration<RequestCount>
{
    public void Configure(EntityTypeBuilder<RequestCount> count)
    {
        count.ToTable("request_counts");
        count.HasKey(c => new { c.Key, c.Minute });
        count.Property(c => c.Key).HasMaxLength(120);
        count.HasIndex(c => c.Minute);
    }
}
