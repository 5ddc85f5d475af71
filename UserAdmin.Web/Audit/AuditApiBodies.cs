using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Audit;

/// <summary>Which events are meant: the filters of the page.</summary>
internal sealed class AuditQuery
{
    [FromQuery(Name = "from"), Description("An instant; events from then on.")]
    public DateTimeOffset? From { get; set; }

    [FromQuery(Name = "to"), Description("An instant; events before it.")]
    public DateTimeOffset? To { get; set; }

    [FromQuery(Name = "actor"), Description("The id of the user who did it.")]
    public Guid? Actor { get; set; }

    [FromQuery(Name = "target"), Description("The id of the user or thing to which it was done.")]
    public Guid? Target { get; set; }

    [FromQuery(Name = "about"), Description("The id of a user who did it or to whom it was done.")]
    public Guid? About { get; set; }

    [FromQuery(Name = "action"), Description("A code of the list of actions, such as user.created.")]
    public string? Action { get; set; }

    [FromQuery(Name = "category"), Description("sign_in, users, sessions, access, system, security, notifications, settings, organizations, exports, reports or jobs.")]
    public string? Category { get; set; }

    [FromQuery(Name = "tag"), Description("privileged, personal_data, sign_in_risk, configuration or data_out.")]
    public string? Tag { get; set; }

    [FromQuery(Name = "outcome"), Description("success, failure or denied.")]
    public string? Outcome { get; set; }

    [FromQuery(Name = "address"), Description("The network address it came from.")]
    public string? Address { get; set; }

    [FromQuery(Name = "session"), Description("The id of a session; together with `actor`.")]
    public Guid? Session { get; set; }

    [FromQuery(Name = "with"), Description("The id of an event: those of the same act.")]
    public Guid? With { get; set; }

    public (AuditFilter Filter, Problem? Problem) ToFilter(int size)
    {
        var (category, noCategory) = ApiWord.Read<AuditCategory>(Category, "category");
        var (tag, noTag) = ApiWord.Read<AuditTag>(Tag, "tag");
        var (outcome, noOutcome) = ApiWord.Read<AuditOutcome>(Outcome, "outcome");
        var problem = noCategory ?? noTag ?? noOutcome
            ?? (new[] { From, To }.Any(at => at?.Year is < 1970 or > 2200) ? new(ProblemKind.Invalid, "invalid", "Name instants of the years 1970 to 2200.", From?.Year is < 1970 or > 2200 ? "from" : "to")
            : Action is not null && AuditAction.Find(Action) is null ? new(ProblemKind.Invalid, "invalid", "There is no such action; the list of actions has their codes.", "action")
            : Session is not null && Actor is null ? new(ProblemKind.Invalid, "invalid", "Name the actor of the session, too.", "session")
            : Address is { Length: > 100 } ? new(ProblemKind.Invalid, "invalid", "This is not an address.", "address") : null);
        return (new()
        {
            From = From,
            To = To,
            ActorId = Actor,
            TargetId = Target,
            AboutId = About,
            Action = Action,
            Category = category,
            Tag = tag is AuditTag.None ? null : tag,
            Outcome = outcome,
            Address = Address,
            SessionId = Session,
            WithId = With,
            PageSize = size,
        }, problem);
    }
}

internal sealed record FieldChangeView(string Field, string? Before, string? After);

/// <summary>An event. <paramref name="Seq"/> is its number in its stream, once it is sealed; <paramref name="IsRemoved"/>: its time was over and only the proof that it was there is left.</summary>
internal sealed record AuditEventView(
    Guid Id, DateTimeOffset At, string Action, string? Title, AuditCategory Category, AuditOutcome Outcome, ActorKind ActorKind, Guid? ActorId, string ActorName, Guid? ImpersonatorId, string? ImpersonatorName,
    Guid? TargetId, string? TargetName, string? Reason, IReadOnlyList<FieldChangeView> Changes, string? Address, Guid? SessionId, string? CorrelationId, AuditStream Stream, long? Seq, bool IsRemoved)
{
    public static AuditEventView Of(AuditRow row) => new(
        row.Id, row.At, row.Action, AuditAction.Find(row.Action)?.Title, row.Category, row.Outcome, row.ActorKind, row.ActorId, row.ActorName, row.ImpersonatorId, row.ImpersonatorName,
        row.TargetId, row.TargetName, row.Reason, [.. row.Changes.Select(change => new FieldChangeView(change.Field, change.Before, change.After))], row.Address, row.SessionId, row.CorrelationId, row.Stream, row.Seq, row.IsRemoved);
}

internal sealed record AuditEventDetailsView(AuditEventView Event, AuditPlaceView? Place);

internal sealed record AuditPlaceView(AuditStream Stream, long? Seq, long? SealId, DateTimeOffset? SealedAt, DateTimeOffset? RemovedAt)
{
    public static AuditPlaceView Of(AuditPlace place) => new(place.Stream, place.Seq, place.SealId, place.SealedAt, place.RemovedAt);
}

internal sealed record AuditActionView(string Code, string Title, AuditCategory Category, IReadOnlyList<AuditTag> Tags)
{
    public static AuditActionView Of(AuditAction action) => new(action.Code, action.Title, action.Category, [.. AuditTags.All.Where(tag => action.Tags.HasFlag(tag))]);
}

internal sealed record VolumeBarView(DateTimeOffset Start, DateTimeOffset End, long Count, long Succeeded, long NotSucceeded);

/// <summary>Events over time. <paramref name="CountedOnly"/>: there are more than so many; only the newest were counted.</summary>
internal sealed record AuditVolumeView(VolumeGrain Grain, IReadOnlyList<VolumeBarView> Bars, int? CountedOnly)
{
    public static AuditVolumeView Of(AuditVolume volume) =>
        new(volume.Grain, [.. volume.Bars.Select(bar => new VolumeBarView(bar.Start, bar.End, bar.Count, bar.Succeeded, bar.NotSucceeded))], volume.CountedOnly);
}
