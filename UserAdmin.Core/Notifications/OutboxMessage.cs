using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Notifications;

public enum Channel { Email = 1, Sms = 2 }

public enum MessageState { Waiting = 1, Sent = 2, Dead = 3 }

/// <summary>A message on its way out. It is written in the transaction of the change it tells of; the dispatcher sends it later, and again until it arrives.</summary>
public sealed class OutboxMessage
{
    public Guid Id { get; init; } = Ids.New();
    public Channel Channel { get; init; }

    /// <summary>The email address or phone number.</summary>
    public required string Recipient { get; init; }

    public Guid? UserId { get; init; }
    public required string Template { get; init; }
    public required string Language { get; init; }
    public required string Subject { get; init; }

    /// <summary>Text and HTML, encrypted with the key ring. Goes once the message is sent when it carries a secret, a link or a code.</summary>
    public string? Content { get; set; }

    public bool CarriesSecret { get; init; }
    public MessageState State { get; set; } = MessageState.Waiting;
    public int Attempts { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset NextAttemptAt { get; set; }

    /// <summary>A server that is sending the message holds it until then; afterwards another may take it.</summary>
    public DateTimeOffset? HeldUntil { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    /// <summary>What the mail or SMS server said last.</summary>
    public string? LastAnswer { get; set; }

    public string? CorrelationId { get; init; }

    /// <summary>The same message, to be sent anew.</summary>
    public OutboxMessage Again(DateTimeOffset now) => new()
    {
        Channel = Channel,
        Recipient = Recipient,
        UserId = UserId,
        Template = Template,
        Language = Language,
        Subject = Subject,
        Content = Content,
        CarriesSecret = CarriesSecret,
        CreatedAt = now,
        NextAttemptAt = now,
        CorrelationId = CorrelationId,
    };
}

internal sealed class OutboxMessageConfiguration : IEntityTypeConfiguration<OutboxMessage>
{
    public void Configure(EntityTypeBuilder<OutboxMessage> message)
    {
        message.ToTable("outbox_messages");
        message.Property(m => m.Recipient).HasMaxLength(254);
        message.Property(m => m.Template).HasMaxLength(60);
        message.Property(m => m.Language).HasMaxLength(10);
        message.Property(m => m.Subject).HasMaxLength(500);
        message.Property(m => m.LastAnswer).HasMaxLength(500);
        message.Property(m => m.CorrelationId).HasMaxLength(64);
        message.HasIndex(m => m.NextAttemptAt).HasFilter("state = 1");
        message.HasIndex(m => new { m.State, m.CreatedAt, m.Id });
        message.HasIndex(m => new { m.UserId, m.CreatedAt });
    }
}
