using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Sessions;

/// <summary>A browser that somebody signed in with. A random key in a cookie of a year recognises it, and a hash of stable signals tells when the cookie moved.</summary>
public sealed class Device
{
    public Guid Id { get; init; } = Ids.New();
    public Guid UserId { get; init; }
    public byte[] KeyHash { get; init; } = [];

    /// <summary>SHA-256 of browser, system and language as the requests name them.</summary>
    public byte[] SignalHash { get; set; } = [];

    public required string Name { get; set; }
    public string? UserAgent { get; set; }
    public string? LastAddress { get; set; }
    public DateTimeOffset FirstSeenAt { get; init; }
    public DateTimeOffset LastSeenAt { get; set; }
    public DateTimeOffset? TrustedAt { get; set; }

    /// <summary>Until then the second factor isn't asked for on this device.</summary>
    public DateTimeOffset? RememberedUntil { get; set; }

    public bool HasSignals(byte[] signals) => SignalHash.AsSpan().SequenceEqual(signals);

    /// <summary>Somebody signed in. What was granted to the browser as it was before doesn't hold for another one.</summary>
    internal void Meet(byte[] signals, SignIn.SignInOrigin origin, DateTimeOffset now)
    {
        if (!HasSignals(signals))
            (SignalHash, TrustedAt, RememberedUntil) = (signals, null, null);
        UserAgent = Common.Text.ShortenToNull(origin.UserAgent, 400);
        LastAddress = origin.Address;
        LastSeenAt = now;
    }
}

internal sealed class DeviceConfiguration : IEntityTypeConfiguration<Device>
{
    public void Configure(EntityTypeBuilder<Device> device)
    {
        device.ToTable("devices");
        device.Property(d => d.KeyHash).HasMaxLength(32);
        device.Property(d => d.SignalHash).HasMaxLength(32);
        device.Property(d => d.Name).HasMaxLength(200);
        device.Property(d => d.UserAgent).HasMaxLength(400);
        device.Property(d => d.LastAddress).HasMaxLength(45);
        device.HasIndex(d => new { d.UserId, d.KeyHash }).IsUnique();
        device.HasIndex(d => new { d.UserId, d.LastSeenAt });
        device.HasOne<Users.User>().WithMany().HasForeignKey(d => d.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
