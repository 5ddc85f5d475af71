using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.Dashboard;
using UserAdmin.Core.Data;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Users;

public sealed record UserRow(
    Guid Id, string FullName, string UserName, string Email, UserStatus Status, DateTimeOffset? LockedUntil, DateTimeOffset? DeletedAt,
    DateTimeOffset? LastSignInAt, DateTimeOffset CreatedAt, bool HasTwoFactor)
{
    public string FirstName { get; init; } = "";
    public string LastName { get; init; } = "";
    public string? Phone { get; init; }
    public string? Street { get; init; }
    public string? PostalCode { get; init; }
    public string? City { get; init; }
    public string? Country { get; init; }
    public DateOnly? LastDay { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The names of the roles held at this moment.</summary>
    public string? Roles { get; init; }

    /// <summary>The names of the organizations they belong to, as far as the reader sees these.</summary>
    public string? Organizations { get; init; }

    /// <summary>The values of the custom fields that are columns, by field.</summary>
    public IReadOnlyDictionary<Guid, string> Custom { get; init; } = System.Collections.Frozen.FrozenDictionary<Guid, string>.Empty;
}

public sealed record UserListing(Page<UserRow> Page, RowCount Count);

public sealed record UserDetails(
    Guid Id, string FullName, UserForm Form, UserStatus Status, string? StatusReason, DateTimeOffset? LockedUntil, DateTimeOffset? PausedUntil,
    DateTimeOffset? DeletedAt, DateTimeOffset? LastSignInAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? ActivatedAt,
    bool HasTwoFactor, string? Roles, int OpenSessions, int RestoreDaysLeft)
{
    /// <summary>What the reader's permissions reach of this person; their rank is asked when something is done.</summary>
    public IReadOnlySet<Permission> Allowed { get; init; } = new HashSet<Permission>();

    /// <summary>It is a program's: it has tokens and no password.</summary>
    public bool IsServiceAccount { get; init; }

    /// <summary>The version of the picture, where there is one that its owner shows.</summary>
    public string? Picture { get; init; }
}

/// <summary>Looks people up. An actor without <see cref="Permission.UsersView"/> finds only themselves.</summary>
public sealed class UserDirectory(
    UserAdminDbContext db, CurrentTenant tenant, KeptFigures kept, IOptions<UserSettings> options, Policies policies, CustomValues custom, TimeProvider clock)
{
    // Up to so many matches a filter's rows are counted exactly and sorted; beyond, they are read along the order's index.
    private const int Few = 4000;

    /// <summary>A page of at most 200 users. A cursor of a user who is gone starts at the beginning.</summary>
    public async Task<UserListing> ListAsync(UserFilter filter, PageStart start, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (filter.Custom.Count > 0 && (await custom.FieldsAsync(actor, cancel)).Count == 0)
            filter = filter with { Custom = [] };
        if (filter.Words.Count > 0)
            return await SearchAsync(filter, start, actor, now, cancel);

        var matching = Matching(db, db.Users, filter, actor, now).AmongVisibleTo(actor, db);
        var counted = await matching.Take(Few + 1).CountAsync(cancel);
        var users = counted <= Few ? matching : Matching(db, db.UsersAlong(filter.Sort), filter, actor, now).VisibleTo(actor, db);
        return new(await PageAsync(users, filter, start, actor, now, cancel), counted <= Few ? new(counted) : await KeptCountAsync(filter, actor, cancel));
    }

    /// <summary>A page of the same list without the count, of a size of its own, for files: who reads all pages counts once.</summary>
    internal async Task<Page<UserRow>> ReadAsync(UserFilter filter, PageStart start, int size, bool isLong, Actor actor, CancellationToken cancel)
    {
        if (filter.Words.Count > 0)
            return (await ListAsync(filter with { PageSize = size }, start, actor, cancel)).Page;
        var now = clock.GetUtcNow();
        var users = isLong ? Matching(db, db.UsersAlong(filter.Sort), filter, actor, now).VisibleTo(actor, db) : Matching(db, db.Users, filter, actor, now).AmongVisibleTo(actor, db);
        return await PageAsync(users, filter, start, actor, now, cancel, size);
    }

    public async Task<UserDetails?> FindAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var open = db.Sessions.OpenAt(now, await policies.GetAsync<SessionPolicy>(cancel));
        var found = await db.Users.AsNoTracking().VisibleTo(actor, db).Where(u => u.Id == id).Select(u => new
        {
            User = u,
            OpenSessions = open.Count(s => s.UserId == u.Id),
            PausedUntil = db.SignInThrottles.Where(t => t.UserId == u.Id && t.BlockedUntil > now).Max(t => t.BlockedUntil),
            Picture = db.Avatars.Where(a => a.UserId == u.Id).Select(a => a.Version).SingleOrDefault(),
            Privacy = db.Profiles.Where(p => p.UserId == u.Id).Select(p => p.Privacy).SingleOrDefault(),
            Organizations = db.Memberships.Where(m => m.UserId == u.Id).Select(m => m.OrganizationId).ToList(),
        }).SingleOrDefaultAsync(cancel);
        if (found is null)
            return null;

        var user = found.User;
        return new(
            user.Id, user.FullName, UserForm.Of(user), user.StatusAt(now), user.StatusReason, user.LockedUntil, found.PausedUntil,
            user.DeletedAt, user.LastSignInAt > User.Never ? user.LastSignInAt : null, user.CreatedAt, user.UpdatedAt, user.ActivatedAt,
            user.TwoFactorEnabled, (await db.RoleNamesAsync([id], actor, now, cancel)).GetValueOrDefault(id), found.OpenSessions, DaysLeft(user.DeletedAt))
        {
            IsServiceAccount = user.IsServiceAccount,
            Allowed = Enum.GetValues<Permission>().Where(permission => actor.Access.Reaches(found.Organizations, permission)).ToHashSet(),
            Picture = id == actor.UserId || Me.Privacy.Read(found.Privacy).Shows(Me.ProfilePart.Picture, toAdministrator: true) ? found.Picture : null,
        };
    }

    /// <summary>Days during which a deleted user can still be restored; 0 when they are over.</summary>
    public int DaysLeft(DateTimeOffset? deletedAt) =>
        deletedAt is { } at ? Math.Max(0, (int)Math.Ceiling((at.AddDays(options.Value.RestoreDays) - clock.GetUtcNow()).TotalDays)) : 0;

    private async Task<UserListing> SearchAsync(UserFilter filter, PageStart start, Actor actor, DateTimeOffset now, CancellationToken cancel)
    {
        // Somebody who types a whole address means its owner.
        var owner = filter.Words is [var word] && word.Contains('@') ? db.Users.Where(u => u.NormalizedEmail == word).VisibleTo(actor, db) : null;
        var isOwner = owner is not null && await owner.AnyAsync(cancel);
        var isUnlimited = actor.Access.ReachOf(Permission.UsersView).IsUnlimited;
        // How many there are out of reach is nobody's business.
        var people = isOwner ? owner! : isUnlimited ? db.UsersMatching(filter.Words, UserSearch.Limit)
            : await db.UsersMatchingWithinAsync(filter.Words, UserSearch.Limit + 1, actor, Permission.UsersView, cancel);
        var isCapped = !isOwner && (isUnlimited ? await db.CountMatchingAsync(filter.Words, UserSearch.Limit + 1, cancel) : await people.CountAsync(cancel)) > UserSearch.Limit;

        var found = Matching(db, people, filter, actor, now).VisibleTo(actor, db);
        var page = await PageAsync(found, filter, start, actor, now, cancel);
        return new(page, isCapped ? new(UserSearch.Limit, IsAtLeast: true) : new(await found.CountAsync(cancel)));
    }

    private static IQueryable<User> Matching(UserAdminDbContext db, IQueryable<User> users, UserFilter filter, Actor actor, DateTimeOffset now)
    {
        users = filter.Statuses.Count == 0 ? users.Existing() : users.WithAnyStatus(filter.Statuses, now);
        if (filter.RoleId is { } role)
        {
            var held = filter.WithComing ? db.RoleAssignments.Where(a => a.EndsAt == null || a.EndsAt > now) : db.RoleAssignments.InForce(now);
            var holders = held.Where(a => a.RoleId == role).Select(a => a.UserId);
            users = users.Where(u => holders.Contains(u.Id));
        }
        if (filter.OrganizationId is { } organization)
        {
            // Who belongs to an organization is known only to those who may see it.
            if (!actor.CanIn(organization, Permission.OrganizationsView))
                return users.Where(u => false);
            var below = db.OrganizationPaths.Where(path => path.AncestorId == organization).Select(path => path.OrganizationId);
            var members = db.Memberships.Where(m => below.Contains(m.OrganizationId)).Select(m => m.UserId);
            users = users.Where(u => members.Contains(u.Id));
        }
        foreach (var (key, value) in filter.Custom)
        {
            var holders = db.CustomValues.Where(v => db.CustomFields.Any(f => f.Id == v.FieldId && f.Key == key && f.RetiredAt == null));
            var people = (value is null ? holders : holders.Where(v => v.Value == value)).Select(v => v.UserId);
            users = users.Where(u => people.Contains(u.Id));
        }
        if (filter.HasTwoFactor is { } hasTwoFactor)
            users = users.Where(u => u.TwoFactorEnabled == hasTwoFactor);
        if (filter.HasSignedIn is { } hasSignedIn)
            users = hasSignedIn ? users.Where(u => u.LastSignInAt > User.Never) : users.Where(u => u.LastSignInAt == User.Never);
        if (StartOf(filter.CreatedFrom) is { } createdFrom)
            users = users.Where(u => u.CreatedAt >= createdFrom);
        if (EndOf(filter.CreatedTo) is { } createdTo)
            users = users.Where(u => u.CreatedAt < createdTo);
        if (StartOf(filter.LastSignInFrom) is { } signInFrom)
            users = users.Where(u => u.LastSignInAt >= signInFrom);
        if (EndOf(filter.LastSignInTo) is { } signInTo)
            users = users.Where(u => u.LastSignInAt > User.Never && u.LastSignInAt < signInTo);
        return users;
    }

    private async Task<Page<UserRow>> PageAsync(IQueryable<User> users, UserFilter filter, PageStart start, Actor actor, DateTimeOffset now, CancellationToken cancel, int? rowsOfPage = null)
    {
        var size = rowsOfPage ?? filter.PageSize;
        var backwards = start.AtEnd || start.Before is not null;
        var cursor = Guid.TryParse(start.After ?? start.Before, out var id)
            ? await db.Users.AsNoTracking().VisibleTo(actor, db).SingleOrDefaultAsync(u => u.Id == id, cancel)
            : null;
        if (cursor is null && !start.AtEnd)
            backwards = false;

        var descending = filter.Descending ^ backwards;
        if (cursor is not null)
            users = users.Following(cursor, filter.Sort, descending);
        var rows = await users.InOrder(filter.Sort, descending).Skip(start.Skip).Take(size + 1).Select(u => new UserRow(
            u.Id, (u.FirstName + " " + u.LastName).Trim(), u.UserName!, u.Email!,
            User.StatusOf(u.DeletedAt, u.DeactivatedAt, u.LockedUntil, u.ExpiresAt, u.ActivatedAt, now), u.LockedUntil, u.DeletedAt,
            u.LastSignInAt > User.Never ? u.LastSignInAt : null, u.CreatedAt, u.TwoFactorEnabled)
        {
            FirstName = u.FirstName,
            LastName = u.LastName,
            Phone = u.PhoneNumber,
            Street = u.Street,
            PostalCode = u.PostalCode,
            City = u.City,
            Country = u.Country,
            LastDay = UserForm.LastDayOf(u.ExpiresAt),
            UpdatedAt = u.UpdatedAt,
        }).AsNoTracking().ToListAsync(cancel);
        var roles = await db.RoleNamesAsync(rows.ConvertAll(row => row.Id), actor, now, cancel);
        var organizations = await MemberDirectory.NamesAsync(db, rows.ConvertAll(row => row.Id), actor, cancel);
        var further = await custom.ColumnsAsync(rows.ConvertAll(row => row.Id), actor, cancel);
        rows = rows.ConvertAll(row => row with
        {
            Roles = roles.GetValueOrDefault(row.Id),
            Organizations = organizations.GetValueOrDefault(row.Id),
            Custom = further.GetValueOrDefault(row.Id) ?? row.Custom,
        });

        return Page.Of(rows, size, backwards, cursor is not null || start.Skip > 0, row => row.Id.ToString());
    }

    private async Task<RowCount> KeptCountAsync(UserFilter filter, Actor actor, CancellationToken cancel)
    {
        var reach = actor.Access.ReachOf(Permission.UsersView);
        var key = reach.IsUnlimited ? filter.Key : $"{filter.Key}|{actor.UserId}|{reach.Key}";
        var count = await kept.FindAsync(tenant.Tenant, key, fresh => Matching(fresh, fresh.Users, filter, actor, clock.GetUtcNow()).AmongVisibleTo(actor, fresh).LongCountAsync(CancellationToken.None), cancel);
        return count is null ? new(Few, IsAtLeast: true) : new(count.Value, IsKept: true);
    }

    private static DateTimeOffset? EndOf(DateOnly? day) => day < DateOnly.MaxValue ? StartOf(day.Value.AddDays(1)) : day is null ? null : DateTimeOffset.MaxValue;

    private static DateTimeOffset? StartOf(DateOnly? day) => day is { } date ? new(date, TimeOnly.MinValue, TimeSpan.Zero) : null;
}
