namespace UserAdmin.Core.Notifications;

public enum Delivery { Done, Later, Never }

/// <summary>What became of one attempt, with the words of the server that answered.</summary>
public sealed record DeliveryAnswer(Delivery Delivery, string Words);

/// <summary>A way out for one kind of message.</summary>
public interface IMessageSender
{
    Channel Channel { get; }

    /// <summary>Whether there is anywhere to send to. While not, messages wait without counting attempts.</summary>
    bool IsConfigured { get; }

    /// <summary>Gives up by itself after a minute. Whatever it throws counts as an attempt that failed.</summary>
    Task<DeliveryAnswer> SendAsync(OutboxMessage message, MailContent content, CancellationToken cancel);
}
