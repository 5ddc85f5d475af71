using Microsoft.AspNetCore.Identity;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Users;

public enum UserStatus { Active, Pending, Inactive, Locked, Expired, Deleted }

/// <summary>A person with an account. Identity's own lock-out columns are not used: <see cref="SignIn.SignInThrottle"/> counts failures.</summary>
public sealed class User : IdentityUser<Guid>
{
    /// <summary>Stands for "has never signed in": a real instant keeps the column sortable alike on every database.</summary>
    public static readonly DateTimeOffset Never = DateTimeOffset.UnixEpoch;

    internal const int SortNameLength = 800;
    internal const int SearchTextLength = 2000;

    public User() => Id = Ids.New();

    public string FirstName { get; set; } = "";
    public string LastName { get; set; } = "";
    public string? Street { get; set; }
    public string? PostalCode { get; set; }
    public string? City { get; set; }
    public string? Country { get; set; }

    /// <summary>Last name, then first name, folded: what the list of people is sorted by.</summary>
    public string SortName { get; private set; } = "";

    /// <summary>Names, user name and email address, folded: what the search looks into.</summary>
    public string SearchText { get; private set; } = "";

    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset LastSignInAt { get; set; } = Never;

    /// <summary>When the person first chose a password; until then the account is pending.</summary>
    public DateTimeOffset? ActivatedAt { get; set; }

    public DateTimeOffset? PasswordChangedAt { get; set; }

    /// <summary>The password was set by somebody else and must be replaced at the next sign-in.</summary>
    public bool MustChangePassword { get; set; }

    /// <summary>From then on the account only works with a second factor, whatever the policy says for others.</summary>
    public DateTimeOffset? SecondFactorDueAt { get; set; }

    public DateTimeOffset? SecondFactorRemindedAt { get; set; }

    /// <summary>The first instant at which the account no longer works.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? DeactivatedAt { get; private set; }
    public DateTimeOffset? LockedUntil { get; private set; }
    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>Why the account is inactive, locked or deleted, in the words of whoever did it.</summary>
    public string? StatusReason { get; private set; }

    /// <summary>Not a person but a program: it has no mailbox and no password, only tokens.</summary>
    public bool IsServiceAccount { get; init; }

    public string FullName => $"{FirstName} {LastName}".Trim();

    public UserStatus StatusAt(DateTimeOffset now) =>
        StatusOf(DeletedAt, DeactivatedAt, LockedUntil, ExpiresAt, ActivatedAt, now);

    public static UserStatus StatusOf(
        DateTimeOffset? deletedAt, DateTimeOffset? deactivatedAt, DateTimeOffset? lockedUntil,
        DateTimeOffset? expiresAt, DateTimeOffset? activatedAt, DateTimeOffset now) =>
        deletedAt is not null ? UserStatus.Deleted
        : deactivatedAt is not null ? UserStatus.Inactive
        : lockedUntil > now ? UserStatus.Locked
        : expiresAt <= now ? UserStatus.Expired
        : activatedAt is null ? UserStatus.Pending
        : UserStatus.Active;

    public void Rename(string firstName, string lastName)
    {
        (FirstName, LastName) = (firstName, lastName);
        RefreshSearch();
    }

    /// <param name="userName">The name to sign in with.</param>
    /// <param name="email">Null for a service account.</param>
    /// <param name="normalizer">Makes the names comparable.</param>
    public void Identify(string userName, string? email, ILookupNormalizer normalizer)
    {
        (UserName, Email) = (userName, email);
        (NormalizedUserName, NormalizedEmail) = (normalizer.NormalizeName(userName), normalizer.NormalizeEmail(email));
        RefreshSearch();
    }

    private void RefreshSearch()
    {
        // Folding can make one character many.
        SortName = Text.Shorten(Text.Fold($"{LastName} {FirstName}"), SortNameLength);
        SearchText = Text.Shorten(Text.Fold($"{FirstName} {LastName} {FirstName} {UserName} {Email}"), SearchTextLength);
    }

    public void Deactivate(string reason, DateTimeOffset now) => (DeactivatedAt, StatusReason) = (DeactivatedAt ?? now, reason);

    public void Activate() => (DeactivatedAt, StatusReason) = (null, null);

    public void Lock(DateTimeOffset until, string reason) => (LockedUntil, StatusReason) = (until.ToUniversalTime(), reason);

    public void Unlock() => (LockedUntil, StatusReason) = (null, DeactivatedAt is null ? null : StatusReason);

    public void Delete(string reason, DateTimeOffset now) => (DeletedAt, StatusReason) = (DeletedAt ?? now, reason);

    public void Restore() => (DeletedAt, StatusReason) = (null, null);
}
