using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.FeatureFlags;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Me;

/// <summary>A profile as its owner or an administrator sees it; what the owner hides from administrators is empty and named in <paramref name="Hidden"/>.</summary>
public sealed record ProfileDetails(
    Guid UserId, string FullName, string UserName, string Email, bool IsEmailConfirmed, bool IsPhoneConfirmed, ProfileForm Form,
    IReadOnlyList<string> Hidden, string? Picture, bool IsOwn, DateTimeOffset? LastSignInAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, UserStatus Status);

/// <summary>What became of an edit: saved, or the fields that somebody else changed meanwhile together with the current state.</summary>
public sealed record ProfileOutcome(IReadOnlyList<FieldConflict> Conflicts, ProfileForm Current);

/// <summary>What another person's card shows; what its owner keeps from the viewer is null.</summary>
public sealed record PersonCard(
    Guid UserId, string FullName, string? Picture, string? Email, string? Phone, IReadOnlyList<string> Address, DateOnly? DateOfBirth,
    string? Location, string? Bio, string? Website, IReadOnlyList<SocialLink> Links);

/// <summary>Shows and edits profiles: everybody their own, administrators those of others.</summary>
public sealed class ProfileService(UserAdminDbContext db, SecurityActs acts, FeatureSwitches features, TimeProvider clock)
{
    // The audit log keeps what happened for good; what people tell of themselves is theirs to take back.
    private const string NotKept = "••••••";

    /// <summary>Null where there is nobody, or nobody the actor may see.</summary>
    public async Task<ProfileDetails?> FindAsync(Guid userId, Actor actor, CancellationToken cancel)
    {
        var found = await Read(db.Users.VisibleTo(actor, db), userId).SingleOrDefaultAsync(cancel);
        if (found is null)
            return null;

        var isOwn = userId == actor.UserId;
        var form = ProfileForm.Of(found.User, found.Profile);
        var hidden = isOwn ? [] : Hide(form, Privacy.Read(found.Profile?.Privacy));
        return new(
            userId, found.User.FullName, found.User.UserName!, found.User.Email!, found.User.EmailConfirmed, found.User.PhoneNumberConfirmed, form, hidden,
            isOwn || Privacy.Read(found.Profile?.Privacy).Shows(ProfilePart.Picture, toAdministrator: true) ? found.Picture : null, isOwn,
            found.User.LastSignInAt > User.Never ? found.User.LastSignInAt : null, found.User.CreatedAt, found.User.UpdatedAt, found.User.StatusAt(clock.GetUtcNow()));
    }

    /// <summary>The card of an active person, for those who are signed in and of the same company, and for those who look after them.</summary>
    public async Task<PersonCard?> FindCardAsync(Guid userId, Actor actor, CancellationToken cancel)
    {
        if (actor.UserId is null || !await features.IsOnAsync(Feature.PublicProfiles, cancel))
            return null;
        var found = await Read(db.Users.WithStatus(UserStatus.Active, clock.GetUtcNow()).KnownTo(actor, db), userId).SingleOrDefaultAsync(cancel);
        if (found is null)
            return null;

        var (user, profile, privacy) = (found.User, found.Profile, Privacy.Read(found.Profile?.Privacy));
        var isOverseen = await db.ReachesAsync(actor, Permission.UsersView, userId, cancel);
        bool Shows(ProfilePart part) => privacy.Shows(part, isOverseen);
        return new(
            userId, user.FullName, Shows(ProfilePart.Picture) ? found.Picture : null, Shows(ProfilePart.Email) ? user.Email : null,
            Shows(ProfilePart.Phone) ? user.PhoneNumber : null,
            Shows(ProfilePart.Address) ? [.. new[] { user.Street, $"{user.PostalCode} {user.City}".Trim(), user.Country }.OfType<string>().Where(line => line.Length > 0)] : [],
            Shows(ProfilePart.DateOfBirth) ? profile?.DateOfBirth : null, Shows(ProfilePart.Location) ? profile?.Location : null,
            Shows(ProfilePart.Bio) ? profile?.Bio : null, Shows(ProfilePart.Links) ? profile?.Website : null, Shows(ProfilePart.Links) ? profile?.SocialLinks ?? [] : []);
    }

    /// <summary>
    /// Saves the fields in which <paramref name="mine"/> differs from <paramref name="original"/>, the form as it was loaded. Changes that
    /// others made to other fields stay; where both changed the same field nothing is saved and the conflicts come back.
    /// </summary>
    public async Task<Result<ProfileOutcome>> EditAsync(Guid userId, ProfileForm mine, ProfileForm original, Actor actor, CancellationToken cancel)
    {
        if (userId != actor.UserId && await acts.RefuseAsync(userId, Permission.UsersEdit, actor, cancel) is { } notAllowed)
            return notAllowed;
        var changed = ProfileField.All.Where(field => field.Get(mine) != field.Get(original)).ToList();
        if (changed.Select(field => Refuse(mine, field)).FirstOrDefault(problem => problem is not null) is { } refused)
            return refused;

        ProfileOutcome? outcome = null;
        var result = await db.WriteAsync(async () =>
        {
            var user = await db.Users.Existing().SingleOrDefaultAsync(u => u.Id == userId, cancel);
            if (user is null)
                return UserProblems.NotFound;
            var profile = await db.Profiles.SingleOrDefaultAsync(p => p.UserId == userId, cancel);
            var current = ProfileForm.Of(user, profile);
            if (userId != actor.UserId)
                Hide(current, Privacy.Read(profile?.Privacy));

            List<FieldConflict> conflicts =
                [.. from field in changed
                    where field.Get(current) != field.Get(original) && field.Get(current) != field.Get(mine)
                    select new FieldConflict(field, field.Get(original), field.Get(current), field.Get(mine))];
            changed.RemoveAll(field => field.Get(current) == field.Get(mine));
            if (conflicts.Count > 0 || changed.Count == 0)
            {
                outcome = new(conflicts, current);
                return Result.Ok;
            }
            return await SaveAsync(user, profile, mine, current, changed, actor, cancel) is { } problem ? problem : Done();

            Result Done()
            {
                outcome = new([], current);
                return Result.Ok;
            }
        }, cancel);
        return result.Succeeded ? outcome! : result.Problem;
    }

    public async Task<Privacy> FindPrivacyAsync(Actor actor, CancellationToken cancel) =>
        Privacy.Read(await db.Profiles.Where(p => p.UserId == actor.UserId).Select(p => p.Privacy).SingleOrDefaultAsync(cancel));

    /// <summary>Changes who may see a part of the actor's own profile.</summary>
    public Task<Result> ShowToAsync(ProfilePart part, Audience audience, Actor actor, CancellationToken cancel) => ShowToAsync([(part, audience)], actor, cancel);

    /// <summary>The same of several parts at once: all of them or none.</summary>
    public async Task<Result> ShowToAsync(IReadOnlyCollection<(ProfilePart Part, Audience Audience)> choices, Actor actor, CancellationToken cancel)
    {
        if (await db.RefuseActingAsync(actor, clock, cancel) is { } acting)
            return acting;
        if (actor.UserId is not { } userId)
            return UserProblems.NotAllowed;
        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            var user = await db.Users.SingleAsync(u => u.Id == userId, cancel);
            var profile = await db.Profiles.SingleOrDefaultAsync(p => p.UserId == userId, cancel);
            var privacy = Privacy.Read(profile?.Privacy);
            var changed = choices.Where(choice => privacy[choice.Part] != choice.Audience && Privacy.Choices(choice.Part).Contains(choice.Audience)).ToList();
            if (changed.Count == 0)
                return Result.Ok;
            if (profile is null)
                db.Profiles.Add(profile = new() { UserId = userId });
            (profile.Privacy, profile.ConcurrencyStamp) = (changed.Aggregate(privacy, (all, choice) => all.With(choice.Part, choice.Audience)).ToJson(), Guid.NewGuid().ToString("N"));
            db.Record(AuditAction.PrivacyChanged, actor, user, now, [.. changed.Select(choice => new FieldChange(choice.Part.ToString(), privacy[choice.Part].ToString(), choice.Audience.ToString()))]);
            return await TrySaveAsync(cancel) ?? Result.Ok;
        }, cancel);
    }

    // The form as it is then stands in current.
    private async Task<Problem?> SaveAsync(User user, Profile? profile, ProfileForm mine, ProfileForm current, List<ProfileField> changed, Actor actor, CancellationToken cancel)
    {
        List<FieldChange> changes = [.. changed.Select(field => IsOfAccount(field)
            ? new FieldChange(field.Name, field.Get(current), field.Get(mine))
            : new(field.Name, field.Get(current) is null ? null : NotKept, field.Get(mine) is null ? null : NotKept))];
        changed.ForEach(field => field.CopyTo(mine, current));

        if (changed.Any(IsOfAccount))
            ApplyTo(user, current);
        if (!changed.All(IsOfAccount))
        {
            if (profile is null)
                db.Profiles.Add(profile = new() { UserId = user.Id });
            foreach (var field in changed.Where(field => !IsOfAccount(field)))
                ApplyTo(profile, current, field.Name);
            profile.ConcurrencyStamp = Guid.NewGuid().ToString("N");
        }
        db.Record(AuditAction.UserEdited, actor, user, user.UpdatedAt = clock.GetUtcNow(), changes);
        return await TrySaveAsync(cancel);
    }

    private static void ApplyTo(User user, ProfileForm form)
    {
        user.Rename(Text.Squeeze(form.FirstName), Text.Squeeze(form.LastName));
        var phone = Text.SqueezeToNull(form.Phone);
        user.PhoneNumberConfirmed &= phone == user.PhoneNumber;
        user.PhoneNumber = phone;
        user.Street = Text.SqueezeToNull(form.Street);
        user.PostalCode = Text.SqueezeToNull(form.PostalCode);
        user.City = Text.SqueezeToNull(form.City);
        user.Country = Text.SqueezeToNull(form.Country);
        user.ConcurrencyStamp = Guid.NewGuid().ToString("N");
    }

    private static void ApplyTo(Profile profile, ProfileForm form, string field)
    {
        switch (field)
        {
            case nameof(ProfileForm.Bio): profile.Bio = ProfileField.LinesToNull(form.Bio); break;
            case nameof(ProfileForm.Location): profile.Location = Text.SqueezeToNull(form.Location); break;
            case nameof(ProfileForm.DateOfBirth): profile.DateOfBirth = form.DateOfBirth; break;
            case nameof(ProfileForm.Website): profile.Website = Text.SqueezeToNull(form.Website); break;
            case nameof(ProfileForm.Links): profile.SocialLinks = [.. form.Links.Select(link => new SocialLink(Text.Squeeze(link.Network), link.Url.Trim()))]; break;
            case nameof(ProfileForm.EmergencyName): profile.EmergencyName = Text.SqueezeToNull(form.EmergencyName); break;
            case nameof(ProfileForm.EmergencyRelation): profile.EmergencyRelation = Text.SqueezeToNull(form.EmergencyRelation); break;
            case nameof(ProfileForm.EmergencyPhone): profile.EmergencyPhone = Text.SqueezeToNull(form.EmergencyPhone); break;
        }
    }

    private async Task<Problem?> TrySaveAsync(CancellationToken cancel)
    {
        try
        {
            await db.SaveChangesAsync(cancel);
            return null;
        }
        catch (DbUpdateException)
        {
            // Another tab saved at the same moment, or made the profile's row first.
            return UserProblems.Conflict;
        }
    }

    private static Problem? Refuse(ProfileForm form, ProfileField field)
    {
        var property = typeof(ProfileForm).GetProperty(field.Name)!;
        var refused = new List<ValidationResult>();
        return Validator.TryValidateProperty(property.GetValue(form), new(form) { MemberName = field.Name }, refused)
            ? null
            : new(ProblemKind.Invalid, "profile.invalid", refused[0].ErrorMessage!, field.Name);
    }

    private static List<string> Hide(ProfileForm form, Privacy privacy)
    {
        var hidden = new List<string>();
        foreach (var (part, fields) in new (ProfilePart, string[])[]
        {
            (ProfilePart.Bio, [nameof(ProfileForm.Bio)]), (ProfilePart.Location, [nameof(ProfileForm.Location)]),
            (ProfilePart.DateOfBirth, [nameof(ProfileForm.DateOfBirth)]), (ProfilePart.Links, [nameof(ProfileForm.Website), nameof(ProfileForm.Links)]),
        })
            if (!privacy.Shows(part, toAdministrator: true))
            {
                hidden.AddRange(fields);
                foreach (var field in ProfileField.All.Where(field => fields.Contains(field.Name)))
                    field.CopyTo(new(), form);
            }
        return hidden;
    }

    private static bool IsOfAccount(ProfileField field) => field.Section is ProfileSection.Name or ProfileSection.Contact;

    private IQueryable<Found> Read(IQueryable<User> users, Guid userId) =>
        from user in users.AsNoTracking()
        where user.Id == userId
        select new Found
        {
            User = user,
            Profile = db.Profiles.SingleOrDefault(p => p.UserId == user.Id),
            Picture = db.Avatars.Where(a => a.UserId == user.Id).Select(a => a.Version).SingleOrDefault(),
        };

    private sealed class Found
    {
        public required User User { get; init; }
        public Profile? Profile { get; init; }
        public string? Picture { get; init; }
    }
}
