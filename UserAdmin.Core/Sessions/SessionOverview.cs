using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Settings;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Sessions;

public sealed record SessionListing(Page<SessionRow> Page, RowCount Count);

/// <summary>Lists the sessions of everybody, newest first, along the index of the most telling filter. Nothing without <see cref="Permission.SessionsView"/>.</summary>
public sealed class SessionOverview(UserAdminDbContext db, Policies policies, TimeProvider clock)
{
    // Beyond so many nobody wants the number, and counting a million takes its time.
    private const int Counted = 1_000;
    private const int People = 200;

    public async Task<SessionListing> ListAsync(SessionFilter filter, PageStart start, Actor actor, CancellationToken cancel)
    {
        if (!actor.CanSomewhere(Permission.SessionsView))
            return new(new([], null, null), new(0));

        var (now, policy) = (clock.GetUtcNow(), await policies.GetAsync<SessionPolicy>(cancel));
        var matching = Matching(filter, now, policy);
        if (filter.Words.Count > 0)
        {
            var people = await (await db.UsersMatchingWithinAsync(filter.Words, People, actor, Permission.SessionsView, cancel)).Within(actor, Permission.SessionsView, db).Select(u => u.Id).ToListAsync(cancel);
            matching = matching.Where(s => people.Contains(s.UserId));
        }
        // Few are found from their owners, many along the index of the list.
        var counted = await OfPeopleWithin(matching, actor, fromPeople: true).Take(Counted + 1).CountAsync(cancel);
        matching = OfPeopleWithin(matching, actor, fromPeople: counted <= Counted);
        return new(await PageAsync(matching, filter, start, now, policy, actor, cancel), counted > Counted ? new(Counted, IsAtLeast: true) : new(counted));
    }

    private IQueryable<Session> OfPeopleWithin(IQueryable<Session> sessions, Actor actor, bool fromPeople)
    {
        if (actor.Access.ReachOf(Permission.SessionsView).IsUnlimited)
            return sessions;
        if (!fromPeople)
            return sessions.Where(s => db.Users.Within(actor, Permission.SessionsView, db).Any(u => u.Id == s.UserId));
        var people = db.Users.MembersWithin(actor, Permission.SessionsView, db).Select(u => u.Id);
        return sessions.Where(s => people.Contains(s.UserId));
    }

    private IQueryable<Session> Matching(SessionFilter filter, DateTimeOffset now, SessionPolicy policy)
    {
        var (idleSince, openedSince, apiIdleSince) = (now - policy.IdleLimit(), now - policy.AbsoluteLimit(), now - Session.ApiIdleLimit);
        var sessions = filter.IsOpen switch
        {
            true => db.Sessions.OpenAt(now, policy),
            false => db.Sessions.Where(s => s.EndedAt != null || s.ExpiresAt <= now
                || s.Kind == SessionKind.Browser && (s.LastActivityAt <= idleSince || s.CreatedAt <= openedSince) || s.Kind == SessionKind.Api && s.LastActivityAt <= apiIdleSince),
            null => db.Sessions,
        };
        if (filter.UserId is { } userId)
            sessions = sessions.Where(s => s.UserId == userId);
        if (filter.Browser is { } browser)
            sessions = sessions.Where(s => s.Browser == browser);
        if (filter.System is { } system)
            sessions = sessions.Where(s => s.System == system);
        if (filter.Address is { } address)
            sessions = sessions.Where(s => s.Address == address);
        // As a literal, because the index holds only these rows.
        if (filter.Risk is not null)
            sessions = sessions.Where(s => s.RiskScore > 0);
        if (filter.Risk is RiskFilter.Suspicious)
            sessions = sessions.Where(s => s.RiskScore >= Risk.Suspicious);
        if (filter.Since is { } since)
            sessions = sessions.Where(s => s.CreatedAt >= since);
        return sessions;
    }

    private async Task<Page<SessionRow>> PageAsync(
        IQueryable<Session> sessions, SessionFilter filter, PageStart start, DateTimeOffset now, SessionPolicy policy, Actor actor, CancellationToken cancel)
    {
        var backwards = start.AtEnd || start.Before is not null;
        var cursor = Guid.TryParse(start.After ?? start.Before, out var cursorId)
            ? await OfPeopleWithin(db.Sessions, actor, fromPeople: false).AsNoTracking().SingleOrDefaultAsync(s => s.Id == cursorId, cancel)
            : null;
        backwards &= cursor is not null || start.AtEnd;
        if (cursor is not null)
        {
            var (at, last) = (cursor.CreatedAt, cursor.Id);
            sessions = backwards
                ? sessions.Where(s => s.CreatedAt >= at && (s.CreatedAt > at || s.Id > last))
                : sessions.Where(s => s.CreatedAt <= at && (s.CreatedAt < at || s.Id < last));
        }
        sessions = backwards
            ? sessions.OrderBy(s => s.CreatedAt).ThenBy(s => s.Id)
            : sessions.OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.Id);

        var found = await sessions.Skip(start.Skip).Take(filter.PageSize + 1)
            .Select(s => new { Session = s, Owner = db.Users.Where(u => u.Id == s.UserId).Select(u => (u.FirstName + " " + u.LastName).Trim()).FirstOrDefault() })
            .AsNoTracking().ToListAsync(cancel);
        var rows = await db.NameActingAsync([.. found.Select(f => SessionRow.Of(f.Session, now, policy, actor) with { Person = f.Owner })], cancel);
        return Page.Of(rows, filter.PageSize, backwards, cursor is not null || start.Skip > 0, row => row.Id.ToString());
    }
}
