using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Audit;

/// <summary>Reads the audit log, newest first, page by page along the index of its most telling filter.</summary>
public sealed class AuditTrail(UserAdminDbContext db)
{
    private const int AtOnce = 8;

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
        // What a reader isn't shown can't be asked for either: the answer would tell it.
        if (isLimited)
            filter = filter with { Address = null, SessionId = null, WithId = null };

        var with = filter.WithId is { } correlated ? await db.AuditEvents.AsNoTracking().SingleOrDefaultAsync(e => e.Id == correlated, cancel) : null;
        var events = db.AuditEvents.Matching(filter, with);
        var backwards = start.AtEnd || start.Before is not null;
        var cursor = Guid.TryParse(start.After ?? start.Before, out var cursorId)
            ? await (isLimited ? events : db.AuditEvents).AsNoTracking().SingleOrDefaultAsync(e => e.Id == cursorId, cancel)
            : null;
        backwards &= cursor is not null || start.AtEnd;
        if (cursor is not null)
            events = events.Beyond(new(cursor.UtcMicroseconds, cursor.Id), backwards);

        var skip = cursor is null ? start.Skip : 0;
        var rows = await ReadAsync(events, filter, skip, filter.PageSize + 1, backwards, cancel);
        if (isLimited)
            rows = rows.ConvertAll(row => row.ActorId == actor.UserId ? row : Narrow(row, !isOrganization));
        if (filter.AboutId is not null)
            rows = rows.ConvertAll(row => row.ActorKind == ActorKind.User && (row.ImpersonatorId ?? row.ActorId) != actor.UserId ? Discreet(row) : row);
        return Page.Of(rows, filter.PageSize, backwards, cursor is not null || skip > 0, row => row.Id.ToString());
    }

    /// <summary>One event; null when it isn't there, and without <see cref="Permission.AuditView"/>.</summary>
    public async Task<AuditRow?> FindAsync(Guid id, Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.AuditView) ? await RowsOf(db.AuditEvents.Where(e => e.Id == id)).SingleOrDefaultAsync(cancel) : null;

    private async Task<List<AuditRow>> ReadAsync(IQueryable<AuditEvent> events, AuditFilter filter, int skip, int count, bool backwards, CancellationToken cancel)
    {
        if (filter is { Tag: not null, Outcome: null, IsOfFew: false } && filter.Actions is { Count: > 1 } codes)
            return await ReadAsync(await NewestAsync(db.AuditEvents, events, codes, skip, count, backwards, cancel), 0, count, backwards, cancel);

        var parts = events.PartsOf(filter);
        if (parts.Length == 1)
            return await ReadAsync(parts[0], skip, count, backwards, cancel);
        var rows = new List<AuditRow>();
        foreach (var part in parts)
            rows.AddRange(await ReadAsync(part, 0, skip + count, backwards, cancel));
        return [.. InOrder(rows, backwards).Skip(skip).Take(count)];
    }

    private static async Task<List<AuditRow>> ReadAsync(IQueryable<AuditEvent> chosen, int skip, int count, bool backwards, CancellationToken cancel) =>
        await RowsOf(chosen.InOrder(backwards).Skip(skip).Take(count)).ToListAsync(cancel);

    // One look into the index of actions for each of a tag's actions; along the time alone a rare one would be sought among all events.
    private static async Task<IQueryable<AuditEvent>> NewestAsync(
        IQueryable<AuditEvent> all, IQueryable<AuditEvent> events, IReadOnlyList<string> codes, int skip, int count, bool backwards, CancellationToken cancel)
    {
        List<AuditMark> marks = [];
        foreach (var some in codes.Chunk(AtOnce))
        {
            var looks = some.Select(code => events.Where(e => e.Action == code).InOrder(backwards).Take(skip + count).Select(e => new { e.UtcMicroseconds, e.Id }));
            marks.AddRange(from found in await looks.Aggregate((looked, look) => looked.Concat(look)).ToListAsync(cancel) select new AuditMark(found.UtcMicroseconds, found.Id));
        }
        var newest = backwards ? marks.OrderBy(mark => mark.UtcMicroseconds).ThenBy(mark => mark.Id) : marks.OrderByDescending(mark => mark.UtcMicroseconds).ThenByDescending(mark => mark.Id);
        List<Guid> ids = [.. newest.Skip(skip).Take(count).Select(mark => mark.Id)];
        return all.Where(e => ids.Contains(e.Id));
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

    private static IQueryable<AuditRow> RowsOf(IQueryable<AuditEvent> events) =>
        events.AsNoTracking().Select(e => new AuditRow(
            e.Id, AuditRecording.FromMicroseconds(e.UtcMicroseconds), e.ActorKind, e.ActorId, e.ActorName, e.Action, e.Category, e.Outcome,
            e.TargetId, e.TargetName, e.Reason, e.Changes, e.Address, e.SessionId, e.CorrelationId,
            e.ImpersonatorId, e.ImpersonatorName)
        {
            Stream = e.Stream,
            Seq = e.Seq,
            IsRemoved = e.StubbedByEventId != null,
            IsActorErased = e.StubbedByEventId == null && e.ActorCommitment != null && e.ActorSalt == null,
            IsTargetErased = e.StubbedByEventId == null && e.TargetCommitment != null && e.TargetSalt == null,
        });
}

/// <summary>Where an event stands under the seal. <paramref name="SealedAt"/> is null until it is sealed, <paramref name="RemovedAt"/> unless it was removed after its time.</summary>
public sealed record AuditPlace(AuditStream Stream, long? Seq, long? SealId, DateTimeOffset? SealedAt, DateTimeOffset? RemovedAt);

/// <summary>Tells where events stand under the seal.</summary>
public sealed class AuditPlaces(UserAdminDbContext db)
{
    /// <summary>Null for an event that isn't there, and without <see cref="Permission.AuditView"/>.</summary>
    public async Task<AuditPlace?> FindAsync(Guid eventId, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditView) || await db.AuditEvents.AsNoTracking().Where(e => e.Id == eventId).Select(e => new { e.Stream, e.Seq, e.SealId, e.StubbedByEventId }).SingleOrDefaultAsync(cancel) is not { } found)
            return null;
        var sealedAt = await db.AuditSeals.Where(s => s.Stream == found.Stream && s.SealId == found.SealId).Select(s => (long?)s.SealedUtcMicroseconds).SingleOrDefaultAsync(cancel);
        var removedAt = await db.AuditEvents.Where(e => e.Id == found.StubbedByEventId).Select(e => (long?)e.UtcMicroseconds).SingleOrDefaultAsync(cancel);
        return new(found.Stream, found.Seq, found.SealId, At(sealedAt), At(removedAt));
    }

    private static DateTimeOffset? At(long? microseconds) => microseconds is { } time ? AuditRecording.FromMicroseconds(time) : null;
}
