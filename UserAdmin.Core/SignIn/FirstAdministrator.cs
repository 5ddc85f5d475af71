using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.SignIn;

public class AdministratorForm
{
    [Display(Name = "First name"), Required(ErrorMessage = "Enter your first name."), PlainText(100)]
    public string FirstName { get; set; } = "";

    [Display(Name = "Last name"), Required(ErrorMessage = "Enter your last name."), PlainText(100)]
    public string LastName { get; set; } = "";

    [Required(ErrorMessage = "Enter your email address."), Email]
    public string Email { get; set; } = "";

    [Required(ErrorMessage = "Enter a password."), StringLength(512, ErrorMessage = "This is too long for a password.")]
    public string Password { get; set; } = "";
}

/// <summary>Makes administrators from outside the portal: the set-up page, the environment and the command line.</summary>
public sealed class FirstAdministrator(
    UserAdminDbContext db, UserService users, Owners owners, Passwords passwords, ActivationMail activation, TimeProvider clock)
{
    public static readonly Problem AlreadyThere = new(ProblemKind.Conflict, "setup.done", "This installation has an administrator already.");

    public async Task<bool> IsMissingAsync(CancellationToken cancel) => !await owners.AnyAsync(cancel);

    /// <summary>Makes an active administrator; with <paramref name="onlyFirst"/> only when there is none. The email address becomes the user name.</summary>
    public async Task<Result> CreateAsync(AdministratorForm form, bool onlyFirst, string? address, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var user = new User { CreatedAt = now, SecurityStamp = Guid.NewGuid().ToString("N") };
        var profile = new UserForm { FirstName = form.FirstName, LastName = form.LastName, UserName = form.Email, Email = form.Email };
        if (users.Apply(profile, user, now) is { } problem)
            return problem;
        var hash = await passwords.HashAsync(form.Password, user, cancel);
        if (!hash.Succeeded)
            return hash.Problem;

        return await db.WriteAsync(async () =>
        {
            await owners.LockAsync(cancel);
            if (onlyFirst && await owners.AnyAsync(cancel))
                return AlreadyThere;
            if (await db.Users.AnyAsync(u => u.NormalizedEmail == user.NormalizedEmail || u.NormalizedUserName == user.NormalizedUserName, cancel))
                return UserProblems.EmailTaken;

            var actor = Actor.System with { Address = address };
            user.PasswordHash = hash.Value;
            user.PasswordChangedAt = now;
            (user.ActivatedAt, user.EmailConfirmed) = (now, true);
            db.Users.Add(user);
            owners.Appoint(user, actor, now);
            db.Record(AuditAction.UserCreated, actor, user, now, FieldChange.Of(db.Entry(user)));
            db.Record(AuditAction.AdministratorGranted, actor, user, now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
    }

    /// <summary>
    /// Makes the owner of a new tenant, who chooses a password by an activation link. Gives back the link when no mail leaves this portal, else nothing;
    /// nothing either when there is an owner already.
    /// </summary>
    public async Task<Result<string>> ExpectAsync(UserForm profile, CancellationToken cancel)
    {
        var (now, link) = (clock.GetUtcNow(), "");
        var user = new User { CreatedAt = now, SecurityStamp = Guid.NewGuid().ToString("N") };
        if (users.Apply(profile, user, now) is { } problem)
            return problem;

        await db.WriteAsync(async () =>
        {
            await owners.LockAsync(cancel);
            if (await owners.AnyAsync(cancel))
                return Result.Ok;
            db.Users.Add(user);
            owners.Appoint(user, Actor.System, now);
            link = await activation.ExpectAsync(user, Actor.System, cancel);
            db.Record(AuditAction.UserCreated, Actor.System, user, now, FieldChange.Of(db.Entry(user)));
            db.Record(AuditAction.AdministratorGranted, Actor.System, user, now);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        return link;
    }
}
