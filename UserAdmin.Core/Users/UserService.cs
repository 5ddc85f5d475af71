using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Roles;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Core.Users;

/// <summary>What became of an edit: saved, or the fields that somebody else changed meanwhile together with the current state.</summary>
public sealed record EditOutcome(IReadOnlyList<FieldConflict> Conflicts, UserForm Current);

/// <summary>Makes and edits users.</summary>
public sealed class UserService(
    UserAdminDbContext db, Owners owners, SecurityActs acts, ActivationMail activation, Notices notices, ILookupNormalizer normalizer, CustomValues custom,
    TimeProvider clock)
{
    /// <summary>
    /// Makes a pending account; it works once its owner has followed an activation link, which is mailed at once where mail is configured.
    /// One that is made inactive needs <see cref="Permission.UsersDeactivate"/> besides and gets no mail. Problems name the field to blame.
    /// </summary>
    public async Task<Result<Guid>> CreateAsync(UserForm form, Actor actor, CancellationToken cancel, bool isActive = true)
    {
        if (!actor.CanSomewhere(Permission.UsersCreate))
            return await db.DenyAsync(actor, Permission.UsersCreate, null, clock, cancel);
        // Who looks after some organizations adds people to one of those: elsewhere they would not reach them themselves.
        if (form.OrganizationId is null && !actor.Can(Permission.UsersCreate))
            return OrganizationProblems.ChooseOne;
        var organization = form.OrganizationId is { } id && actor.CanIn(id, Permission.UsersCreate)
            ? await db.Organizations.InForce(db).SingleOrDefaultAsync(o => o.Id == id, cancel) : null;
        if (organization is null && form.OrganizationId is not null)
            return OrganizationProblems.NotThere;
        if (!isActive && !(organization is null ? actor.Can(Permission.UsersDeactivate) : actor.CanIn(organization.Id, Permission.UsersDeactivate)))
            return await db.DenyAsync(actor, Permission.UsersDeactivate, null, clock, cancel);

        var now = clock.GetUtcNow();
        var user = new User { CreatedAt = now, SecurityStamp = Guid.NewGuid().ToString("N") };
        if (Apply(form, user, now) is { } problem || (problem = await FindTakenAsync(user, cancel)) is not null)
            return problem;

        List<FieldChange> further = [];
        if (await custom.AddAsync(user.Id, form.Custom, further, cancel) is { } wrong)
            return wrong;
        db.Users.Add(user);
        if (!isActive)
            user.Deactivate("Made inactive", now);
        else if (activation.IsPossible)
            await activation.AddAsync(user, actor, cancel);
        db.Record(AuditAction.UserCreated, actor, user, now, [.. FieldChange.Of(db.Entry(user)), .. further]);
        if (organization is not null)
            db.Join(organization, user, null, actor, now);
        return await TrySaveAsync(user, cancel) is { } taken ? taken : user.Id;
    }

    /// <summary>
    /// Saves the fields in which <paramref name="mine"/> differs from <paramref name="original"/>, the form as it was loaded. Changes that
    /// others made to other fields stay; where both changed the same field nothing is saved and the conflicts come back.
    /// </summary>
    public async Task<Result<EditOutcome>> EditAsync(Guid id, UserForm mine, UserForm original, Actor actor, CancellationToken cancel)
    {
        if (await acts.RefuseAsync(id, Permission.UsersEdit, actor, cancel) is { } refused)
            return refused;

        var now = clock.GetUtcNow();
        EditOutcome? outcome = null;
        var result = await db.WriteAsync(async () =>
        {
            var user = await db.Users.Existing().SingleOrDefaultAsync(u => u.Id == id, cancel);
            if (user is null)
                return UserProblems.NotFound;
            if (user.IsServiceAccount)
                return UserProblems.ServiceAccount;

            var current = UserForm.Of(user);
            var changed = UserField.All.Where(field => field.Get(mine) != field.Get(original)).ToList();
            List<FieldConflict> conflicts =
                [.. from field in changed
                    where field.Get(current) != field.Get(original) && field.Get(current) != field.Get(mine)
                    select new FieldConflict(field, field.Get(original), field.Get(current), field.Get(mine))];
            if (conflicts.Count > 0)
            {
                outcome = new(conflicts, current);
                return Result.Ok;
            }

            var merged = current.Copy();
            changed.ForEach(field => field.CopyTo(mine, merged));
            if (Apply(merged, user, now, mayKeepPastDay: merged.LastDay == current.LastDay) is { } problem || (problem = await FindTakenAsync(user, cancel)) is not null)
                return problem;
            if (user.ExpiresAt is not null && await owners.RefuseToLoseAsync(id, now, cancel) is { } last)
                return last with { Field = nameof(UserForm.LastDay) };

            var changes = FieldChange.Of(db.Entry(user));
            if (changes.Count > 0)
            {
                user.ConcurrencyStamp = Guid.NewGuid().ToString("N");
                user.UpdatedAt = now;
                if (changes.SingleOrDefault(change => change.Field == nameof(User.Email)) is { Before: { } formerEmail })
                {
                    await db.OneTimeTokens.Where(t => t.UserId == id).ExecuteDeleteAsync(cancel);
                    await TellOfNewAddressAsync(user, formerEmail, actor, cancel);
                }
                db.Record(AuditAction.UserEdited, actor, user, now, changes);
                if (await TrySaveAsync(user, cancel) is { } taken)
                    return taken;
            }
            outcome = new([], UserForm.Of(user));
            return Result.Ok;
        }, cancel);
        return result.Succeeded ? outcome! : result.Problem;
    }

    // Who has an account is warned at both addresses; who has none yet gets the link to it at the new one.
    private async Task TellOfNewAddressAsync(User user, string formerEmail, Actor actor, CancellationToken cancel)
    {
        if (user.ActivatedAt is null && activation.IsPossible)
            await activation.AddAsync(user, actor, cancel);
        if (user.ActivatedAt is null)
            return;
        await notices.SendToAsync(formerEmail, user, "The email address of your account was changed", actor, cancel);
        await notices.SendAsync(user, "The email address of your account was changed", actor, cancel);
    }

    internal Problem? Apply(UserForm form, User user, DateTimeOffset now, bool mayKeepPastDay = false)
    {
        var userName = form.UserName.Trim().Normalize(System.Text.NormalizationForm.FormKC);
        var email = form.Email.Trim().Normalize(System.Text.NormalizationForm.FormKC);
        if (userName.Contains('@') && normalizer.NormalizeName(userName) != normalizer.NormalizeEmail(email))
            return UserProblems.UserNameOfAnother;

        DateTimeOffset? end = form.LastDay is { } day ? new(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero) : null;
        if (end <= now && !mayKeepPastDay)
            return UserProblems.LastDayPast;

        user.Rename(Text.Squeeze(form.FirstName), Text.Squeeze(form.LastName));
        // What somebody else typed in, nobody has proven.
        user.EmailConfirmed &= user.NormalizedEmail is null || user.NormalizedEmail == normalizer.NormalizeEmail(email);
        user.PhoneNumberConfirmed &= Text.SqueezeToNull(form.Phone) == user.PhoneNumber;
        user.Identify(userName, email, normalizer);
        user.PhoneNumber = Text.SqueezeToNull(form.Phone);
        user.Street = Text.SqueezeToNull(form.Street);
        user.PostalCode = Text.SqueezeToNull(form.PostalCode);
        user.City = Text.SqueezeToNull(form.City);
        user.Country = Text.SqueezeToNull(form.Country);
        user.ExpiresAt = end;
        user.UpdatedAt = now;
        return null;
    }

    private async Task<Problem?> FindTakenAsync(User user, CancellationToken cancel) =>
        await db.Users.AnyAsync(u => u.NormalizedUserName == user.NormalizedUserName && u.Id != user.Id, cancel) ? UserProblems.UserNameTaken
        : await db.Users.AnyAsync(u => u.NormalizedEmail == user.NormalizedEmail && u.Id != user.Id, cancel) ? UserProblems.EmailTaken
        : null;

    // Somebody may have taken the name since it was looked up: then the unique index refuses.
    private async Task<Problem?> TrySaveAsync(User user, CancellationToken cancel)
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
        catch (DbUpdateException refused) when (TakenIn(refused) is { } taken)
        {
            return taken;
        }
    }

    // Every database names the index or the column that refused.
    internal static Problem? TakenIn(DbUpdateException refused) =>
        refused.InnerException?.Message is not { } message ? null
        : message.Contains("EmailIndex", StringComparison.Ordinal) || message.Contains("users.normalized_email", StringComparison.Ordinal) ? UserProblems.EmailTaken
        : message.Contains("UserNameIndex", StringComparison.Ordinal) || message.Contains("users.normalized_user_name", StringComparison.Ordinal) ? UserProblems.UserNameTaken
        : null;
}
