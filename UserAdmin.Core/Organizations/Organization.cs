using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Organizations;

public enum OrganizationStatus { Active, Deactivated, Deleted }

/// <summary>A company or a part of one, in a tree. Roles held in it count in everything below it.</summary>
public sealed class Organization
{
    public Guid Id { get; init; } = Ids.New();
    public Guid? ParentId { get; set; }
    public required string Name { get; set; }

    /// <summary>Upper case; unique among its siblings.</summary>
    public required string NormalizedName { get; set; }

    public string? Description { get; set; }
    public string? Website { get; set; }
    public string? Email { get; set; }
    public string? Phone { get; set; }
    public string? Address { get; set; }

    /// <summary>An identifier of another system, such as a customer number.</summary>
    public string? ExternalId { get; set; }

    /// <summary>Only addresses of these domains may be invited, separated by spaces; null means any.</summary>
    public string? AllowedDomains { get; set; }

    /// <summary>How many days an invitation to it lives; null means as the settings say.</summary>
    public int? InvitationDays { get; set; }

    public DateTimeOffset? DeactivatedAt { get; set; }
    public DateTimeOffset? DeletedAt { get; set; }
    public string? StatusReason { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
    public string ConcurrencyStamp { get; set; } = Guid.NewGuid().ToString("N");

    public OrganizationStatus Status =>
        DeletedAt is not null ? OrganizationStatus.Deleted : DeactivatedAt is not null ? OrganizationStatus.Deactivated : OrganizationStatus.Active;
}

/// <summary>Says that one organization is another or above it: one row for each pair, so that a database finds a whole subtree along an index.</summary>
public sealed class OrganizationPath
{
    public Guid AncestorId { get; init; }
    public Guid OrganizationId { get; init; }

    /// <summary>0 for the organization itself.</summary>
    public int Depth { get; init; }
}

/// <summary>Somebody belongs to an organization. What they may do there, their role assignments say.</summary>
public sealed class Membership
{
    public Guid OrganizationId { get; init; }
    public Guid UserId { get; init; }

    /// <summary>What the person is there, in words.</summary>
    public string? Title { get; set; }

    public DateTimeOffset JoinedAt { get; init; }
    public Guid? AddedById { get; init; }
}

/// <summary>A team of an organization.</summary>
public sealed class Team
{
    public Guid Id { get; init; } = Ids.New();
    public Guid OrganizationId { get; init; }
    public required string Name { get; set; }

    /// <summary>Upper case; unique in its organization.</summary>
    public required string NormalizedName { get; set; }

    public string? Description { get; set; }
    public Guid? LeadId { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
    public string ConcurrencyStamp { get; set; } = Guid.NewGuid().ToString("N");
}

public sealed class TeamMember
{
    public Guid TeamId { get; init; }
    public Guid UserId { get; init; }
    public DateTimeOffset AddedAt { get; init; }
}

internal sealed class OrganizationConfiguration :
    IEntityTypeConfiguration<Organization>, IEntityTypeConfiguration<OrganizationPath>, IEntityTypeConfiguration<Membership>, IEntityTypeConfiguration<Team>, IEntityTypeConfiguration<TeamMember>
{
    public void Configure(EntityTypeBuilder<Organization> organization)
    {
        organization.ToTable("organizations");
        organization.Property(o => o.Name).HasMaxLength(400);
        organization.Property(o => o.NormalizedName).HasMaxLength(400);
        organization.Property(o => o.Description).HasMaxLength(2000);
        organization.Property(o => o.Website).HasMaxLength(400);
        organization.Property(o => o.Email).HasMaxLength(254);
        organization.Property(o => o.Phone).HasMaxLength(40);
        organization.Property(o => o.Address).HasMaxLength(1000);
        organization.Property(o => o.ExternalId).HasMaxLength(200);
        organization.Property(o => o.AllowedDomains).HasMaxLength(1000);
        organization.Property(o => o.StatusReason).HasMaxLength(1000);
        organization.Property(o => o.ConcurrencyStamp).HasMaxLength(32);
        organization.Ignore(o => o.Status);
        organization.HasIndex(o => new { o.ParentId, o.NormalizedName });
        organization.HasIndex(o => new { o.NormalizedName, o.Id });
        organization.HasOne<Organization>().WithMany().HasForeignKey(o => o.ParentId).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<OrganizationPath> path)
    {
        path.ToTable("organization_paths");
        path.HasKey(p => new { p.AncestorId, p.OrganizationId });
        path.HasIndex(p => p.OrganizationId);
        path.HasOne<Organization>().WithMany().HasForeignKey(p => p.OrganizationId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<Membership> membership)
    {
        membership.ToTable("memberships");
        membership.HasKey(m => new { m.OrganizationId, m.UserId });
        membership.Property(m => m.Title).HasMaxLength(200);
        membership.HasIndex(m => new { m.UserId, m.OrganizationId });
        membership.HasOne<Organization>().WithMany().HasForeignKey(m => m.OrganizationId).OnDelete(DeleteBehavior.Cascade);
        membership.HasOne<Users.User>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<Team> team)
    {
        team.ToTable("teams");
        team.Property(t => t.Name).HasMaxLength(200);
        team.Property(t => t.NormalizedName).HasMaxLength(200);
        team.Property(t => t.Description).HasMaxLength(2000);
        team.Property(t => t.ConcurrencyStamp).HasMaxLength(32);
        team.HasIndex(t => new { t.OrganizationId, t.NormalizedName }).IsUnique();
        team.HasOne<Organization>().WithMany().HasForeignKey(t => t.OrganizationId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<TeamMember> member)
    {
        member.ToTable("team_members");
        member.HasKey(m => new { m.TeamId, m.UserId });
        member.HasIndex(m => m.UserId);
        member.HasOne<Team>().WithMany().HasForeignKey(m => m.TeamId).OnDelete(DeleteBehavior.Cascade);
        member.HasOne<Users.User>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
