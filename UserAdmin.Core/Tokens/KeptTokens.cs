using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Tokens;

public sealed class TokenForm
{
    [Display(Name = "Name"), Required(ErrorMessage = "Give it a name, such as the program that will use it."), PlainText(100)]
    public string Name { get; set; } = "";

    [Display(Name = "Days until it ends"), Range(1, 366, ErrorMessage = "Choose 1 to 366 days.")]
    public int Days { get; set; } = 90;

    /// <summary>The codes of what the token may do; with none it reads its owner's own data.</summary>
    public List<string> Permissions { get; set; } = [];
}

/// <summary>A token that is kept, without its secret. It was never used while <paramref name="LastUsedAt"/> is null.</summary>
public sealed record TokenRow(
    Guid Id, string Name, IReadOnlyList<string> Permissions, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt, bool IsOpen, string? EndReason);

/// <summary>A new token; its secret is shown this once.</summary>
public sealed record NewToken(Guid Id, string Token, DateTimeOffset ExpiresAt);

/// <summary>
/// Access tokens that are made to be kept: of people for their programs, and of service accounts. Each is a session, so it is listed and ended like one, and
/// it may never do more than its owner, nor more than whoever made it chose.
/// </summary>
public sealed class KeptTokens(UserAdminDbContext db, SecurityActs acts, Notices notices, Policies policies, TimeProvider clock)
{
    private const int Most = 50;

    private static readonly Problem Closed = new(ProblemKind.NotAllowed, "token.closed", "This portal doesn't let people make access tokens.");
    private static readonly Problem TooMany = new(ProblemKind.Conflict, "token.too_many", "There are 50 tokens already. End one that isn't needed any more.");
    private static readonly Problem Unknown = new(ProblemKind.Invalid, "token.unknown_permission", "There is no such permission.", nameof(TokenForm.Permissions));
    private static readonly Problem NotHeld = new(ProblemKind.Invalid, "token.permission_not_held", "A token can't do more than you may.", nameof(TokenForm.Permissions));
    private static readonly Problem TooLong = new(ProblemKind.Invalid, "token.too_long", "A token can't work that long here.", nameof(TokenForm.Days));

    /// <summary>The tokens of the actor or, with <see cref="Permission.ServiceAccountsManage"/>, of a service account; the newest first.</summary>
    public async Task<IReadOnlyList<TokenRow>> ListAsync(Guid ownerId, Actor actor, CancellationToken cancel)
    {
        if (ownerId != actor.UserId && (!actor.Can(Permission.ServiceAccountsManage) || !await db.Users.AnyAsync(u => u.Id == ownerId && u.IsServiceAccount, cancel)))
            return [];
        var (now, policy) = (clock.GetUtcNow(), await policies.GetAsync<SessionPolicy>(cancel));
        var sessions = await db.Sessions.AsNoTracking().Where(s => s.UserId == ownerId && s.Kind == SessionKind.Token).OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.Id).Take(2 * Most).ToListAsync(cancel);
        return [.. sessions.Select(s => new TokenRow(s.Id, s.Name ?? "", s.Permissions?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [], s.CreatedAt, s.ExpiresAt,
            s.LastActivityAt > s.CreatedAt ? s.LastActivityAt : null, s.IsOpenAt(now, policy), s.EndReason))];
    }

    /// <summary>What the actor may give a token: everything they hold somewhere.</summary>
    public static IReadOnlyList<PermissionInfo> Offered(Actor actor) => [.. PermissionInfo.All.Where(info => actor.CanSomewhere(info.Permission))];

    /// <summary>
    /// Makes a token for the actor, or for a service account that may not do more than they. Needs a recent sign-in. Problems: <c>token.*</c>, and those of <see cref="SecurityActs"/>.
    /// </summary>
    public async Task<Result<NewToken>> MakeAsync(Guid ownerId, TokenForm form, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        var policy = await policies.GetAsync<TokenPolicy>(cancel);
        var now = clock.GetUtcNow();
        if (await RefuseAsync(ownerId, policy, actor, now, cancel) is { } refused)
            return refused;
        if (TimeSpan.FromDays(form.Days) > policy.Longest)
            return TooLong;
        var permissions = form.Permissions.Distinct().Select(PermissionInfo.Find).ToList();
        if (permissions.Contains(null))
            return Unknown;
        if (permissions.Any(info => !actor.CanSomewhere(info!.Permission)))
            return NotHeld;

        var token = KeptToken.Create();
        var session = new Session
        {
            UserId = ownerId,
            Kind = SessionKind.Token,
            Name = Text.Squeeze(form.Name),
            Permissions = string.Join(' ', permissions.Select(info => info!.Code).Order(StringComparer.Ordinal)),
            KeyHash = SessionKey.Hash(token),
            Address = actor.Address,
            Methods = "token",
            CreatedAt = now,
            AuthenticatedAt = now,
            LastActivityAt = now,
            ExpiresAt = now.AddDays(form.Days),
        };
        var result = await db.WriteAsync(async () =>
        {
            // Locks the owner's row, so that of parallel requests each counts the tokens of the others.
            await db.Users.Where(u => u.Id == ownerId).ExecuteUpdateAsync(row => row.SetProperty(u => u.AccessFailedCount, u => u.AccessFailedCount), cancel);
            if (await db.Sessions.CountAsync(s => s.UserId == ownerId && s.Kind == SessionKind.Token && s.EndedAt == null && s.ExpiresAt > now, cancel) >= Most)
                return TooMany;
            var owner = await db.Users.SingleAsync(u => u.Id == ownerId, cancel);
            db.Sessions.Add(session);
            db.Record(AuditAction.TokenMade, actor, owner, now, [new("Name", null, session.Name), new("Permissions", null, session.Permissions), new("Ends", null, $"{session.ExpiresAt:yyyy-MM-dd}")]);
            if (!owner.IsServiceAccount)
                await notices.SendAsync(owner, "The access token {0} was made for your account", actor, cancel, session.Name);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? new NewToken(session.Id, token, session.ExpiresAt) : result.Problem;
    }

    private async Task<Problem?> RefuseAsync(Guid ownerId, TokenPolicy policy, Actor actor, DateTimeOffset now, CancellationToken cancel)
    {
        if (ownerId == actor.UserId)
            return !policy.AllowsPersonal ? Closed : actor.NeedsStepUpAt(now) ? StepUp.Needed : null;
        if (!await db.Users.AnyAsync(u => u.Id == ownerId && u.IsServiceAccount, cancel))
            return UserProblems.NotFound;
        return await acts.RefuseAsync(ownerId, Permission.ServiceAccountsManage, actor, cancel) ?? (actor.NeedsStepUpAt(now) ? StepUp.Needed : null);
    }
}
