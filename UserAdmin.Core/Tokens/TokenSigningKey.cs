using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Tokens;

/// <summary>A key that signs the access tokens of one tenant (ES256). Its private half is encrypted with the key ring.</summary>
public sealed class TokenSigningKey
{
    public Guid Id { get; init; } = Ids.New();

    /// <summary>P-256 as SubjectPublicKeyInfo (RFC 5280).</summary>
    public byte[] PublicKey { get; init; } = [];

    public required string ProtectedPrivateKey { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>It is published before it signs, so that whoever keeps the key set has it by then.</summary>
    public DateTimeOffset SignsFrom { get; init; }

    public DateTimeOffset SignsUntil { get; init; }

    /// <summary>What it signed is over by then.</summary>
    public DateTimeOffset PublishedUntil => SignsUntil + AccessTokens.Life + AccessTokens.Skew;
}

internal sealed class TokenSigningKeyConfiguration : IEntityTypeConfiguration<TokenSigningKey>
{
    public void Configure(EntityTypeBuilder<TokenSigningKey> key)
    {
        key.ToTable("token_signing_keys");
        key.Property(k => k.PublicKey).HasMaxLength(200);
        key.Property(k => k.ProtectedPrivateKey).HasMaxLength(1000);
        key.Ignore(k => k.PublishedUntil);
    }
}
