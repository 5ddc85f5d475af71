using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace UserAdmin.Core.Api;

/// <summary>A request that must not be done twice, and what was answered to it. The answer is encrypted with the key ring: it may hold a new token.</summary>
public sealed class IdempotentRequest
{
    /// <summary>SHA-256 of whose request it is and of the key they chose.</summary>
    public byte[] Key { get; init; } = [];

    /// <summary>SHA-256 of method, address and body: the same key for another request is a mistake.</summary>
    public byte[] Fingerprint { get; init; } = [];

    /// <summary>Null while it is being done.</summary>
    public string? ProtectedAnswer { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class IdempotentRequestConfiguration : IEntityTypeConfiguration<IdempotentRequest>
{
    public void Configure(EntityTypeBuilder<IdempotentRequest> request)
    {
        request.ToTable("idempotent_requests");
        request.HasKey(r => r.Key);
        request.Property(r => r.Key).HasMaxLength(32);
        request.Property(r => r.Fingerprint).HasMaxLength(32);
        request.HasIndex(r => r.CreatedAt);
    }
}
