using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Me;

public sealed record SocialLink(string Network, string Url);

/// <summary>What a person tells of themself beyond the account. A table of its own keeps the rows of users short, which every list reads.</summary>
public sealed class Profile
{
    public Guid UserId { get; init; }
    public string? Bio { get; set; }
    public string? Location { get; set; }
    public string? Website { get; set; }
    public DateOnly? DateOfBirth { get; set; }
    public IReadOnlyList<SocialLink> SocialLinks { get; set; } = [];
    public string? EmergencyName { get; set; }
    public string? EmergencyRelation { get; set; }
    public string? EmergencyPhone { get; set; }

    /// <summary>Which fields other users see, as JSON; what isn't named follows the default of its field.</summary>
    public string? Privacy { get; set; }

    public string ConcurrencyStamp { get; set; } = "";
}

/// <summary>The picture of a person, as the server made it: PNG, 256 pixels square.</summary>
public sealed class Avatar
{
    public Guid UserId { get; init; }
    public byte[] Png { get; set; } = [];

    /// <summary>Part of the picture's address, so that browsers may keep it.</summary>
    public required string Version { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class ProfileConfiguration : IEntityTypeConfiguration<Profile>, IEntityTypeConfiguration<Avatar>
{
    public void Configure(EntityTypeBuilder<Profile> profile)
    {
        profile.ToTable("profiles");
        profile.HasKey(p => p.UserId);
        profile.Property(p => p.Bio).HasMaxLength(4000);
        profile.Property(p => p.Location).HasMaxLength(200);
        profile.Property(p => p.Website).HasMaxLength(600);
        profile.Property(p => p.EmergencyName).HasMaxLength(400);
        profile.Property(p => p.EmergencyRelation).HasMaxLength(200);
        profile.Property(p => p.EmergencyPhone).HasMaxLength(40);
        profile.Property(p => p.Privacy).HasMaxLength(2000);
        profile.Property(p => p.ConcurrencyStamp).HasMaxLength(32).IsConcurrencyToken();
        profile.Property(p => p.SocialLinks).HasMaxLength(4000).HasConversion(
            links => JsonSerializer.Serialize(links, JsonSerializerOptions.Web),
            json => JsonSerializer.Deserialize<List<SocialLink>>(json, JsonSerializerOptions.Web) ?? new List<SocialLink>(),
            new ValueComparer<IReadOnlyList<SocialLink>>((a, b) => a!.SequenceEqual(b!), links => links.Aggregate(0, HashCode.Combine), links => links.ToList()));
        profile.HasOne<User>().WithOne().HasForeignKey<Profile>(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<Avatar> avatar)
    {
        avatar.ToTable("avatars");
        avatar.HasKey(a => a.UserId);
        avatar.Property(a => a.Version).HasMaxLength(32);
        avatar.HasOne<User>().WithOne().HasForeignKey<Avatar>(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
