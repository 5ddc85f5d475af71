using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Notifications;

/// <summary>Messages on their way out, over HTTP.</summary>
internal static class NotificationApi
{
    public static void MapNotificationApi(this RouteGroupBuilder api)
    {
        var notifications = api.MapGroup("/notifications").WithTags("Notifications");
        notifications.MapGet("", ListAsync).Needs(Permission.NotificationsView).Answers<Paged<NotificationView>>()
            .Describe("list_notifications", "List messages", "Mails and short messages, newest first. `search` is a part of the address or number. What a message says is not shown.");
        notifications.MapGet("/status", FindStatusAsync).Needs(Permission.NotificationsView).Answers<OutboxStatusView>()
            .Describe("get_notification_status", "See how sending stands", "Whether mail and short messages are set up, how many wait and how many were given up.");
        notifications.MapPost("/{id:guid}/resend", ResendAsync).Needs(Permission.NotificationsManage).AnswersNothing()
            .Describe("resend_notification", "Send a message again", "At once. One that carried a secret has no content any more once it was sent: 409.");
        notifications.MapPost("/{id:guid}/give-up", GiveUpAsync).Needs(Permission.NotificationsManage).AnswersNothing()
            .Describe("give_up_notification", "Give a message up", "No more attempts to send it.");
        api.MapTemplateApi();
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, [AsParameters] ListQuery query, [FromQuery(Name = "state"), Description("waiting, sent or dead.")] string? state, OutboxService outbox, Caller caller, CancellationToken cancel)
    {
        if (query.Refuse(http) is { } refused)
            return refused;
        var (wanted, wrong) = ApiWord.Read<MessageState>(state, "state");
        return wrong is not null ? ApiAnswers.Refuse(http, wrong) : ApiLists.Answer(http, query, await outbox.ListAsync(new(wanted, query.Search, query.Size), query.Start, caller, cancel), null, NotificationView.Of);
    }

    private static async Task<IResult> FindStatusAsync(OutboxService outbox, Caller caller, CancellationToken cancel) =>
        ApiAnswers.Json(await outbox.FindStatusAsync(caller, cancel) is var status ? new OutboxStatusView(status.SendsMail, status.SendsSms, status.Waiting, status.Dead) : null!);

    private static async Task<IResult> ResendAsync(HttpContext http, Guid id, OutboxService outbox, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await outbox.ResendAsync(id, caller, cancel));

    private static async Task<IResult> GiveUpAsync(HttpContext http, Guid id, OutboxService outbox, Caller caller, CancellationToken cancel) => ApiAnswers.Done(http, await outbox.GiveUpAsync(id, caller, cancel));
}

internal sealed record OutboxStatusView(bool SendsMail, bool SendsSms, int Waiting, int Dead);

internal sealed record NotificationView(
    Guid Id, Channel Channel, string Recipient, string Subject, MessageState State, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset NextAttemptAt, DateTimeOffset? SentAt, string? LastAnswer, bool CanBeResent)
{
    public static NotificationView Of(MessageRow row) =>
        new(row.Id, row.Channel, row.Recipient, row.Subject, row.State, row.Attempts, row.CreatedAt, row.NextAttemptAt, row.SentAt, row.LastAnswer, row.HasContent);
}
