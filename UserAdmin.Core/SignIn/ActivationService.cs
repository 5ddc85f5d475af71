using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

public class NewPasswordForm : IValidatableObject
{
    [Required(ErrorMessage = "Enter a password."), StringLength(512, ErrorMessage = "This is too long for a password.")]
    public string Password { get; set; } = "";

    [Required(ErrorMessage = "Enter the password again.")]
    public string Again { get; set; } = "";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Password != Again)
            yield return new("The two passwords differ.", [nameof(Again)]);
    }
}

/// <summary>Lets the owner of a new account choose the first password, by a link that works once (A10, A12).</summary>
public sealed class ActivationService(
    UserAdminDbContext db, SecurityActs acts, OneTimeTokens tokens, Passwords passwords, IOptions<SignInSettings> options, TimeProvider clock)
{
    public static readonly Problem LinkDead = new(ProblemKind.NotFound, "activation.link_dead",
        "This link has been used, replaced by a newer one or is too old. Ask an administrator for a new one.");

    internal static readonly Problem AlreadyActive = new(ProblemKind.Conflict, "activation.already_active", "This account has been activated already.");

    /// <summary>Makes the secret of a new link, valid for 24 hours; older links of the user stop working. Problems of <see cref="SecurityActs"/>: a link makes its holder the person.</summary>
    public async Task<Result<string>> CreateLinkAsync(Guid userId, Actor actor, CancellationToken cancel)
    {
        if (await acts.RefuseAsync(userId, Permission.UsersCreate, actor, cancel) is { } refused)
            return refused;

        var now = clock.GetUtcNow();
        var secret = "";
        var result = await db.WriteAsync(async () =>
        {
            var user = await db.Users.Existing().AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, cancel);
            if (user is null)
                return UserProblems.NotFound;
            if (user.ActivatedAt is not null)
                return AlreadyActive;

            secret = await tokens.IssueAsync(userId, OneTimePurpose.Activation, TimeSpan.FromHours(options.Value.ActivationHours), cancel);
            db.Record(AuditAction.UserActivationLinkMade, actor, user, now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? secret : result.Problem;
    }

    /// <summary>The user name the link is for, or null when it doesn't work any more.</summary>
    public async Task<string?> FindUserNameAsync(string secret, CancellationToken cancel) =>
        await Usable(secret, clock.GetUtcNow()).Select(u => u.UserName).SingleOrDefaultAsync(cancel);

    /// <summary>Sets the first password and uses the link up. Does not sign in.</summary>
    public async Task<Result> ActivateAsync(string secret, NewPasswordForm form, string? address, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var owner = await Usable(secret, now).AsNoTracking().SingleOrDefaultAsync(cancel);
        if (owner is null || await tokens.FindAsync(secret, OneTimePurpose.Activation, cancel) is not { } token)
            return LinkDead;
        var hash = await passwords.HashAsync(form.Password, owner, cancel);
        if (!hash.Succeeded)
            return hash.Problem;

        return await db.WriteAsync(async () =>
        {
            if (!await tokens.SpendAsync(token, cancel))
                return LinkDead;
            var user = await db.Users.Existing().SingleOrDefaultAsync(u => u.Id == owner.Id && u.ActivatedAt == null, cancel);
            if (user is null)
                return LinkDead;

            user.PasswordHash = hash.Value;
            user.PasswordChangedAt = now;
            user.ActivatedAt = now;
            user.UpdatedAt = now;
            user.SecurityStamp = Guid.NewGuid().ToString("N");
            db.Record(AuditAction.UserActivatedAccount, Actor.Anonymous with { Address = address }, user, now, FieldChange.Of(db.Entry(user)));
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    private IQueryable<User> Usable(string secret, DateTimeOffset now)
    {
        var hash = SessionKey.Hash(secret);
        return from token in db.OneTimeTokens
               join user in db.Users.Existing() on token.UserId equals user.Id
               where token.Hash == hash && token.Purpose == OneTimePurpose.Activation && token.ExpiresAt > now && user.ActivatedAt == null
               select user;
    }
}
