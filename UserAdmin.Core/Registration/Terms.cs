using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Registration;

/// <summary>A published version of the terms of use. Never changed afterwards: people accepted exactly this text.</summary>
public sealed class TermsVersion
{
    public Guid Id { get; init; } = Ids.New();
    public int Number { get; init; }

    /// <summary>Markdown.</summary>
    public required string Body { get; init; }

    public DateTimeOffset PublishedAt { get; init; }
    public Guid? PublishedById { get; init; }
    public required string PublishedByName { get; init; }
}

public sealed class TermsAcceptance
{
    public Guid UserId { get; init; }
    public Guid TermsVersionId { get; init; }
    public DateTimeOffset AcceptedAt { get; init; }
    public string? Address { get; init; }
}

internal sealed class TermsConfiguration : IEntityTypeConfiguration<TermsVersion>, IEntityTypeConfiguration<TermsAcceptance>
{
    public void Configure(EntityTypeBuilder<TermsVersion> version)
    {
        version.ToTable("terms_versions");
        version.Property(v => v.PublishedByName).HasMaxLength(400);
        version.HasIndex(v => v.Number).IsUnique();
    }

    public void Configure(EntityTypeBuilder<TermsAcceptance> acceptance)
    {
        acceptance.ToTable("terms_acceptances");
        acceptance.HasKey(a => new { a.UserId, a.TermsVersionId });
        acceptance.Property(a => a.Address).HasMaxLength(45);
        acceptance.HasOne<Users.User>().WithMany().HasForeignKey(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
        acceptance.HasOne<TermsVersion>().WithMany().HasForeignKey(a => a.TermsVersionId).OnDelete(DeleteBehavior.Cascade);
    }
}
