using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;
using UserAdmin.Core.Notifications;

namespace UserAdmin.Core.Registration;

/// <summary>Queued until its message has left, failed when that was given up.</summary>
public enum InvitationState { Queued, Sent, Failed, Accepted, Expired, Revoked }

/// <summary>
/// An invitation to register, or into an organization, bound to one email address and to what its taker gets there (E08). Only the SHA-256 of the
/// link's secret is kept.
/// </summary>
public sealed class Invitation
{
    public Guid Id { get; init; } = Ids.New();
    public required string Email { get; init; }
    public required string NormalizedEmail { get; init; }
    public byte[] Hash { get; set; } = [];
    public required string Language { get; init; }

    /// <summary>Who sent it last. It works only as long as they may invite.</summary>
    public Guid? InvitedById { get; set; }

    public required string InvitedByName { get; set; }

    /// <summary>What its taker becomes a member of; null when they only get an account.</summary>
    public Guid? OrganizationId { get; init; }

    /// <summary>The role its taker gets, in the organization or, without one, everywhere.</summary>
    public Guid? RoleId { get; init; }

    public Guid? TeamId { get; init; }

    /// <summary>The message that carries its link, so that one can tell whether it has left.</summary>
    public Guid? MessageId { get; set; }

    /// <summary>Somebody here has seen the link, so taking it proves nothing about the mailbox.</summary>
    public DateTimeOffset? LinkCopiedAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset SentAt { get; set; }
    public DateTimeOffset ExpiresAt { get; set; }
    public DateTimeOffset? AcceptedAt { get; set; }
    public Guid? AcceptedById { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }

    /// <param name="now">The time.</param>
    /// <param name="message">The state of the message that carries the link; null when there is none any more.</param>
    public InvitationState StateAt(DateTimeOffset now, MessageState? message) =>
        AcceptedAt is not null ? InvitationState.Accepted
        : RevokedAt is not null ? InvitationState.Revoked
        : ExpiresAt <= now ? InvitationState.Expired
        : message switch
        {
            MessageState.Waiting => InvitationState.Queued,
            MessageState.Dead => InvitationState.Failed,
            _ => InvitationState.Sent,
        };
}

internal sealed class InvitationConfiguration : IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Invitation> invitation)
    {
        invitation.ToTable("invitations");
        invitation.Property(i => i.Email).HasMaxLength(254);
        invitation.Property(i => i.NormalizedEmail).HasMaxLength(254);
        invitation.Property(i => i.Hash).HasMaxLength(32);
        invitation.Property(i => i.Language).HasMaxLength(10);
        invitation.Property(i => i.InvitedByName).HasMaxLength(400);
        invitation.HasIndex(i => new { i.OrganizationId, i.CreatedAt, i.Id });
        invitation.HasIndex(i => i.Hash).IsUnique();
        invitation.HasIndex(i => i.NormalizedEmail);
        invitation.HasIndex(i => new { i.CreatedAt, i.Id });
    }
}
