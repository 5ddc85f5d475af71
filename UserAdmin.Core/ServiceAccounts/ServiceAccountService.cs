using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.ServiceAccounts;

public sealed class ServiceAccountForm
{
    [Display(Name = "Name"), Required(ErrorMessage = "Give it a name, such as what the program does."), PlainText(100)]
    public string Name { get; set; } = "";

    [Display(Name = "User name"), Required(ErrorMessage = "Enter a user name."), UserName, RegularExpression("^[^@]*$", ErrorMessage = "A service account has no mailbox, so its user name has no @.")]
    public string UserName { get; set; } = "";
}

public sealed record ServiceAccountRow(Guid Id, string Name, string UserName, UserStatus Status, int OpenTokens, DateTimeOffset? LastUsedAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record ServiceAccountListing(Page<ServiceAccountRow> Page, RowCount Count);

/// <summary>
/// Accounts of programs. They are users without mailbox and password, so roles, activity, deactivation and deletion work as for people; they come in by tokens
/// alone (<see cref="Tokens.KeptTokens"/>).
/// </summary>
public sealed class ServiceAccountService(UserAdminDbContext db, SecurityActs acts, ILookupNormalizer normalizer, TimeProvider clock)
{
    private const int LongestPage = 200;

    private static readonly Problem Taken = new(ProblemKind.Conflict, "user.user_name_taken", "Another user, perhaps a deleted one, has this user name.", nameof(ServiceAccountForm.UserName));

    /// <summary>By name; needs <see cref="Permission.ServiceAccountsManage"/>.</summary>
    public async Task<ServiceAccountListing> ListAsync(string? search, PageStart start, int size, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ServiceAccountsManage))
            return new(new([], null, null), new(0));
        var accounts = db.Users.Existing().Where(u => u.IsServiceAccount);
        foreach (var word in UserFilter.WordsOf(search))
            accounts = accounts.Where(u => u.SearchText.Contains(word));
        var count = await accounts.LongCountAsync(cancel);
        var backwards = start.AtEnd || start.Before is not null;
        var cursor = Guid.TryParse(start.After ?? start.Before, out var id) ? await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id && u.IsServiceAccount, cancel) : null;
        backwards &= cursor is not null || start.AtEnd;
        if (cursor is not null)
            accounts = accounts.Following(cursor, UserSort.Name, backwards);
        size = Math.Clamp(size, 1, LongestPage);
        var rows = await Rows(accounts.InOrder(UserSort.Name, backwards).Skip(start.Skip).Take(size + 1)).ToListAsync(cancel);
        return new(Page.Of(rows, size, backwards, cursor is not null || start.Skip > 0, row => row.Id.ToString()), new(count));
    }

    public async Task<ServiceAccountRow?> FindAsync(Guid id, Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.ServiceAccountsManage) ? await Rows(db.Users.Existing().Where(u => u.Id == id && u.IsServiceAccount)).SingleOrDefaultAsync(cancel) : null;

    /// <summary>Problems: not allowed, <c>user.user_name_taken</c>.</summary>
    public async Task<Result<Guid>> CreateAsync(ServiceAccountForm form, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.ServiceAccountsManage))
            return await db.DenyAsync(actor, Permission.ServiceAccountsManage, null, clock, cancel);
        var now = clock.GetUtcNow();
        var user = new User { IsServiceAccount = true, CreatedAt = now, ActivatedAt = now, SecurityStamp = Guid.NewGuid().ToString("N") };
        Apply(form, user, now);
        db.Users.Add(user);
        db.Record(AuditAction.ServiceAccountCreated, actor, user, now, FieldChange.Of(db.Entry(user)));
        return await SaveAsync(cancel) is { } problem ? problem : user.Id;
    }

    /// <summary>Problems: those of <see cref="SecurityActs"/>, <c>user.user_name_taken</c>, and a conflict when it was changed since <paramref name="readAt"/>.</summary>
    public async Task<Result> EditAsync(Guid id, ServiceAccountForm form, DateTimeOffset readAt, Actor actor, CancellationToken cancel)
    {
        if (await acts.RefuseAsync(id, Permission.ServiceAccountsManage, actor, cancel) is { } refused)
            return refused;
        if (await db.Users.Existing().SingleOrDefaultAsync(u => u.Id == id && u.IsServiceAccount, cancel) is not { } user)
            return UserProblems.NotFound;
        if (user.UpdatedAt != readAt)
            return UserProblems.Conflict;
        var now = clock.GetUtcNow();
        Apply(form, user, now);
        if (FieldChange.Of(db.Entry(user)) is not { Count: > 0 } changes)
            return Result.Ok;
        user.ConcurrencyStamp = Guid.NewGuid().ToString("N");
        db.Record(AuditAction.ServiceAccountEdited, actor, user, now, changes);
        return await SaveAsync(cancel) is { } problem ? problem : Result.Ok;
    }

    private void Apply(ServiceAccountForm form, User user, DateTimeOffset now)
    {
        user.Rename(Text.Squeeze(form.Name), "");
        user.Identify(form.UserName.Trim().Normalize(System.Text.NormalizationForm.FormKC), null, normalizer);
        user.UpdatedAt = now;
    }

    private async Task<Problem?> SaveAsync(CancellationToken cancel)
    {
        try
        {
            await db.SaveChangesAsync(cancel);
            return null;
        }
        catch (DbUpdateConcurrencyException)
        {
            return UserProblems.Conflict;
        }
        catch (DbUpdateException refused) when (UserService.TakenIn(refused) is not null)
        {
            return Taken;
        }
    }

    private IQueryable<ServiceAccountRow> Rows(IQueryable<User> accounts)
    {
        var now = clock.GetUtcNow();
        return accounts.AsNoTracking().Select(u => new ServiceAccountRow(u.Id, u.FirstName, u.UserName!,
            User.StatusOf(u.DeletedAt, u.DeactivatedAt, u.LockedUntil, u.ExpiresAt, u.ActivatedAt, now),
            db.Sessions.Count(s => s.UserId == u.Id && s.Kind == SessionKind.Token && s.EndedAt == null && s.ExpiresAt > now),
            db.Sessions.Where(s => s.UserId == u.Id && s.Kind == SessionKind.Token && s.LastActivityAt > s.CreatedAt).Max(s => (DateTimeOffset?)s.LastActivityAt),
            u.CreatedAt, u.UpdatedAt));
    }
}
