using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.AccessRequests;

public enum AccessRequestState { Open, Approved, Declined, Withdrawn }

/// <summary>Somebody asks for a role for a time.</summary>
public sealed class AccessRequest
{
    public Guid Id { get; init; } = Ids.New();
    public Guid UserId { get; init; }
    public Guid RoleId { get; init; }
    public Guid? OrganizationId { get; init; }

    /// <summary>For how many hours from the approval; null means without an end.</summary>
    public int? Hours { get; init; }

    public required string Reason { get; init; }
    public AccessRequestState State { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? RemindedAt { get; set; }
    public DateTimeOffset? DecidedAt { get; set; }
    public Guid? DecidedById { get; set; }
    public string? DecidedByName { get; set; }
    public string? DecisionReason { get; set; }

    /// <summary>What became of an approved one.</summary>
    public Guid? AssignmentId { get; set; }
}

internal sealed class AccessRequestConfiguration : IEntityTypeConfiguration<AccessRequest>
{
    public void Configure(EntityTypeBuilder<AccessRequest> request)
    {
        request.ToTable("access_requests");
        request.Property(r => r.Reason).HasMaxLength(1000);
        request.Property(r => r.DecidedByName).HasMaxLength(410);
        request.Property(r => r.DecisionReason).HasMaxLength(1000);
        request.HasIndex(r => new { r.UserId, r.CreatedAt });
        request.HasIndex(r => new { r.State, r.CreatedAt, r.Id });
        request.HasOne<Users.User>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.Cascade);
        request.HasOne<Roles.Role>().WithMany().HasForeignKey(r => r.RoleId).OnDelete(DeleteBehavior.Cascade);
        request.HasOne<Organizations.Organization>().WithMany().HasForeignKey(r => r.OrganizationId).OnDelete(DeleteBehavior.Cascade);
    }
}
