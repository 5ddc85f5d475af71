using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Audit;

/// <summary>Which events a list shows. The instants are UTC; <see cref="To"/> is not included any more.</summary>
public sealed record AuditFilter
{
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? To { get; init; }
    public Guid? ActorId { get; init; }
    public Guid? TargetId { get; init; }

    /// <summary>Events that this person did or that were done to them; counts before actor and target.</summary>
    public Guid? AboutId { get; init; }

    public string? Action { get; init; }
    public AuditCategory? Category { get; init; }
    public AuditOutcome? Outcome { get; init; }
    public string? Address { get; init; }

    public int PageSize { get; init => field = Math.Clamp(value, 1, 200); } = 50;
}

public sealed record AuditRow(
    Guid Id, DateTimeOffset At, ActorKind ActorKind, Guid? ActorId, string ActorName, string Action, AuditCategory Category, AuditOutcome Outcome,
    Guid? TargetId, string? TargetName, string? Reason, string? ChangesJson, string? Address, Guid? SessionId, string? CorrelationId,
    Guid? ImpersonatorId = null, string? ImpersonatorName = null)
{
    /// <summary>Who sat there: "Alice Archer as Carol Cooper" when somebody acted as the actor.</summary>
    public string Doer => ImpersonatorName is null ? ActorName : $"{ImpersonatorName} as {ActorName}";

    public IReadOnlyList<FieldChange> Changes => FieldChange.FromJson(ChangesJson);
}

/// <summary>Reads the audit log, newest first, page by page along the index of its most telling filter.</summary>
public sealed class AuditTrail(UserAdminDbContext db)
{
    /// <summary>
    /// A page of at most 200 events; nothing without <see cref="Permission.AuditView"/>, except that everybody sees what they did themselves and what was done to
    /// them, and those with <see cref="Permission.ActivityView"/> what was done to a person or an organization they reach.
    /// </summary>
    public async Task<Page<AuditRow>> ListAsync(AuditFilter filter, PageStart start, Actor actor, CancellationToken cancel)
    {
        var ownOnly = (filter.AboutId ?? filter.ActorId) is { } id && id == actor.UserId;
        var isLimited = !actor.Can(Permission.AuditView) && !ownOnly;
        var isOrganization = isLimited && await ReachesOrganizationAsync(filter, actor, cancel);
        if (isLimited && !isOrganization && !await ReachesPersonAsync(filter, actor, cancel))
            return new([], null, null);

        var backwards = start.AtEnd || start.Before is not null;
        var cursor = Guid.TryParse(start.After ?? start.Before, out var cursorId)
            ? await (isLimited ? Matching(filter) : db.AuditEvents).AsNoTracking().SingleOrDefaultAsync(e => e.Id == cursorId, cancel)
            : null;
        backwards &= cursor is not null || start.AtEnd;

        var events = Matching(filter);
        if (cursor is not null)
        {
            var (at, last) = (cursor.UtcMicroseconds, cursor.Id);
            events = backwards
                ? events.Where(e => e.UtcMicroseconds >= at && (e.UtcMicroseconds > at || e.Id > last))
                : events.Where(e => e.UtcMicroseconds <= at && (e.UtcMicroseconds < at || e.Id < last));
        }
        events = backwards
            ? events.OrderBy(e => e.UtcMicroseconds).ThenBy(e => e.Id)
            : events.OrderByDescending(e => e.UtcMicroseconds).ThenByDescending(e => e.Id);

        // Short reads along an index each; a condition with "or" would sort everything there is.
        var rows = new List<AuditRow>();
        var parts = Parts(events, filter);
        foreach (var part in parts)
            rows.AddRange(await ReadAsync(part, filter.PageSize + 1, cancel));
        if (parts.Length > 1)
            rows = [.. InOrder(rows, backwards).Take(filter.PageSize + 1)];
        if (isLimited)
            rows = rows.ConvertAll(row => row.ActorId == actor.UserId ? row : Narrow(row, !isOrganization));
        if (filter.AboutId is not null)
            rows = rows.ConvertAll(row => row.ActorKind == ActorKind.User && (row.ImpersonatorId ?? row.ActorId) != actor.UserId ? Discreet(row) : row);
        return Page.Of(rows, filter.PageSize, backwards, cursor is not null, row => row.Id.ToString());
    }

    // Whoever acts as somebody else is an actor, too.
    private static IQueryable<AuditEvent>[] Parts(IQueryable<AuditEvent> events, AuditFilter filter)
    {
        if ((filter.AboutId ?? filter.ActorId) is not { } person)
            return [events];
        IQueryable<AuditEvent>[] done = [events.Where(e => e.ActorId == person), events.Where(e => e.ImpersonatorId == person)];
        return filter.AboutId is null ? done : [.. done, events.Where(e => e.TargetId == person && e.ActorId != person && e.ImpersonatorId != person)];
    }

    // What an administrator noted, and from where, is not for whom it was about.
    private static AuditRow Discreet(AuditRow row) => row with { Reason = null, Address = null, SessionId = null, CorrelationId = null };

    // Of one target only: what somebody did concerns people whom the reader may not reach.
    private async Task<bool> ReachesPersonAsync(AuditFilter filter, Actor actor, CancellationToken cancel) =>
        filter is { TargetId: { } target, ActorId: null, AboutId: null } && await db.ReachesAsync(actor, Permission.ActivityView, target, cancel);

    private async Task<bool> ReachesOrganizationAsync(AuditFilter filter, Actor actor, CancellationToken cancel) =>
        filter is { TargetId: { } target, ActorId: null, AboutId: null } && actor.CanIn(target, Permission.ActivityView) && await db.Organizations.AnyAsync(o => o.Id == target, cancel);

    // Somebody may belong to other organizations, too: which, and what they may do there, is not for this reader.
    private static AuditRow Narrow(AuditRow row, bool isOfPerson) => row with
    {
        ChangesJson = isOfPerson && row.Category is (AuditCategory.Access or AuditCategory.Organizations) ? null : row.ChangesJson,
        Reason = isOfPerson && row.Category is (AuditCategory.Access or AuditCategory.Organizations) ? null : row.Reason,
        Address = null,
        SessionId = null,
        CorrelationId = null,
    };

    private static IEnumerable<AuditRow> InOrder(IEnumerable<AuditRow> rows, bool backwards) =>
        backwards ? rows.OrderBy(row => row.At).ThenBy(row => row.Id) : rows.OrderByDescending(row => row.At).ThenByDescending(row => row.Id);

    private static Task<List<AuditRow>> ReadAsync(IQueryable<AuditEvent> events, int count, CancellationToken cancel) =>
        events.Take(count).Select(e => new AuditRow(
            e.Id, AuditRecording.FromMicroseconds(e.UtcMicroseconds), e.ActorKind, e.ActorId, e.ActorName, e.Action, e.Category, e.Outcome,
            e.TargetId, e.TargetName, e.Reason, e.Changes, e.Address, e.SessionId, e.CorrelationId,
            e.ImpersonatorId, e.ImpersonatorName)).AsNoTracking().ToListAsync(cancel);

    private IQueryable<AuditEvent> Matching(AuditFilter filter)
    {
        IQueryable<AuditEvent> events = db.AuditEvents;
        if (filter.From is { } from)
        {
            var microseconds = AuditRecording.ToMicroseconds(from);
            events = events.Where(e => e.UtcMicroseconds >= microseconds);
        }
        if (filter.To is { } to)
        {
            var microseconds = AuditRecording.ToMicroseconds(to);
            events = events.Where(e => e.UtcMicroseconds < microseconds);
        }
        if (filter.TargetId is { } targetId)
            events = events.Where(e => e.TargetId == targetId);
        if (filter.Action is { } action)
            events = events.Where(e => e.Action == action);
        // An action has one category: asking for both would make a database read all of the one to find none of the other.
        if (filter.Action is not null && filter.Category is not null && AuditAction.Find(filter.Action)?.Category != filter.Category)
            return events.Where(e => false);
        if (filter.Action is null && filter.Category is { } category)
            events = events.Where(e => e.Category == category);
        if (filter.Outcome is { } outcome)
            events = events.Where(e => e.Outcome == outcome);
        if (filter.Address is { } address)
            events = events.Where(e => e.Address == address);
        return events;
    }
}
