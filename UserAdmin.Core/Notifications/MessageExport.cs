using UserAdmin.Core.Common;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Notifications;

/// <summary>The messages as their list shows them. What they say stays where it is: some of it opens accounts.</summary>
public sealed class MessageExport(OutboxService outbox) : PagedExport<MessageFilter, MessageRow>(ListName, "Notifications", Permission.NotificationsView, Columns)
{
    public const string ListName = "notifications";

    private static readonly ListColumns<MessageRow> Columns = new ListColumns<MessageRow>()
        .Text("Recipient", "recipient", row => row.Recipient, 32).Text("Channel", "channel", row => row.Channel.ToString(), 10).Text("Subject", "subject", row => row.Subject, 48).Text("State", "state", row => row.State.ToString(), 12)
        .Number("Attempts", "attempts", row => row.Attempts).Instant("Made", "created_at", row => row.CreatedAt).Instant("Sent", "sent_at", row => row.SentAt).Text("Last answer", "last_answer", row => row.LastAnswer, 48);

    protected override async Task<(Page<MessageRow> Page, long? Count)> ReadAsync(MessageFilter query, PageStart start, Actor actor, CancellationToken cancel) =>
        (await outbox.ListAsync(query with { PageSize = 200 }, start, actor, cancel), null);

    protected override Task<bool> MayAsync(Actor actor, CancellationToken cancel) => Task.FromResult(actor.Can(Permission.NotificationsView));

    protected override IEnumerable<(string Name, string? Value)> Describe(MessageFilter query) => [("Recipient", query.Recipient), ("State", query.State?.ToString()), ("Sorted by", "Made, newest first")];
}
