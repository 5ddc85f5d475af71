using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.AccessReviews;

public enum ReviewDecision { Keep, Remove }

/// <summary>A campaign: somebody looks at every assignment of a role, or in an organization, and decides whether it stays.</summary>
public sealed class AccessReview
{
    public Guid Id { get; init; } = Ids.New();
    public required string Name { get; init; }
    public Guid? RoleId { get; init; }
    public Guid? OrganizationId { get; init; }

    /// <summary>What is reviewed, in words, as it was called when the review began.</summary>
    public required string Subject { get; init; }

    public Guid ReviewerId { get; init; }
    public required string ReviewerName { get; init; }
    public Guid? StartedById { get; init; }
    public required string StartedByName { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset DueAt { get; init; }
    public DateTimeOffset? RemindedAt { get; set; }
    public DateTimeOffset? ClosedAt { get; set; }
    public string? ClosedByName { get; set; }
}

/// <summary>One assignment of a review, kept in words so that it stays evidence when the person or the role is gone.</summary>
public sealed class AccessReviewItem
{
    public Guid Id { get; init; } = Ids.New();
    public Guid ReviewId { get; init; }
    public Guid AssignmentId { get; init; }
    public Guid UserId { get; init; }
    public required string UserName { get; init; }
    public required string RoleName { get; init; }
    public string? OrganizationName { get; init; }
    public DateTimeOffset AssignedAt { get; init; }
    public DateTimeOffset? EndsAt { get; init; }
    public ReviewDecision? Decision { get; set; }
    public string? Comment { get; set; }
    public DateTimeOffset? DecidedAt { get; set; }
    public string? DecidedByName { get; set; }
}

internal sealed class AccessReviewConfiguration : IEntityTypeConfiguration<AccessReview>, IEntityTypeConfiguration<AccessReviewItem>
{
    public void Configure(EntityTypeBuilder<AccessReview> review)
    {
        review.ToTable("access_reviews");
        review.Property(r => r.Name).HasMaxLength(200);
        review.Property(r => r.Subject).HasMaxLength(600);
        review.Property(r => r.ReviewerName).HasMaxLength(410);
        review.Property(r => r.StartedByName).HasMaxLength(410);
        review.Property(r => r.ClosedByName).HasMaxLength(410);
        review.HasIndex(r => new { r.StartedAt, r.Id });
        review.HasIndex(r => new { r.ReviewerId, r.ClosedAt });
    }

    public void Configure(EntityTypeBuilder<AccessReviewItem> item)
    {
        item.ToTable("access_review_items");
        item.Property(i => i.UserName).HasMaxLength(410);
        item.Property(i => i.RoleName).HasMaxLength(Roles.Role.NameLength);
        item.Property(i => i.OrganizationName).HasMaxLength(400);
        item.Property(i => i.Comment).HasMaxLength(1000);
        item.Property(i => i.DecidedByName).HasMaxLength(410);
        item.HasIndex(i => new { i.ReviewId, i.UserName, i.Id });
        item.HasIndex(i => new { i.ReviewId, i.AssignmentId }).IsUnique();
        item.HasOne<AccessReview>().WithMany().HasForeignKey(i => i.ReviewId).OnDelete(DeleteBehavior.Cascade);
    }
}
