using Microsoft.AspNetCore.Identity;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Seeding;

/// <summary>What the history needs to know of a person whose row has been written. <paramref name="StatusAt"/> is when the status began.</summary>
internal sealed record DemoPerson(
    Guid Id, string FirstName, string LastName, string UserName, string Email, DateTimeOffset CreatedAt, DateTimeOffset? ActivatedAt,
    DateTimeOffset LastSignInAt, UserStatus Status, DateTimeOffset StatusAt, DateTimeOffset? LockedUntil, string? Reason)
{
    public string FullName => $"{FirstName} {LastName}";

    /// <summary>How long the person was inactive or deleted, if that was ever taken back. Follows from the id, so that nobody needs to keep it.</summary>
    public TimeSpan Absence => TimeSpan.FromHours(12 + (uint)Id.GetHashCode() % 400);

    public static implicit operator AuditTarget(DemoPerson person) => new(person.Id, person.FullName);
}

/// <summary>Makes up people, in the order in which their accounts were made. None has a password, so none can sign in.</summary>
internal sealed class DemoPeople(int count, Rhythm rhythm, FreeLogins logins, ILookupNormalizer normalizer, Random random)
{
    private static readonly string[] Domains =
        ["example.org", "example.com", "example.net", "mail.example.org", "office.example.com", "students.example.org", "research.example.net"];

    private static readonly string[] LeavingReasons =
        ["Left the company", "Contract ended", "On leave until further notice", "Moved to a partner organisation", "Account not used for months", "Retired"];

    private static readonly string[] LockReasons =
        ["Signed in from two continents within an hour", "Reported a stolen laptop", "Clicked a phishing link", "Under review by the security team"];

    private static readonly string[] DeletionReasons =
        ["Duplicate of another account", "Left the company more than a year ago", "Asked for erasure", "Made by mistake"];

    private static readonly Culture[] Cultures = [.. DemoNames.All.SelectMany(culture => Enumerable.Repeat(culture, culture.Weight))];

    public List<DemoPerson> Made { get; } = new(count);

    public IEnumerable<User> Make()
    {
        for (var i = 0; i < count; i++)
        {
            var user = Create(rhythm.Between(rhythm.Start, rhythm.End, (i + random.NextDouble()) / count));
            var statusAt = Live(user);
            Made.Add(new(
                user.Id, user.FirstName, user.LastName, user.UserName!, user.Email!, user.CreatedAt, user.ActivatedAt,
                user.LastSignInAt, user.StatusAt(rhythm.End), statusAt, user.LockedUntil, user.StatusReason));
            yield return user;
        }
    }

    private User Create(DateTimeOffset at)
    {
        var culture = One(Cultures);
        var (first, last) = culture.Name(random);
        var login = logins.Take(Login(first.Latin, last.Latin));
        var user = new User { Id = Guid.CreateVersion7(at), CreatedAt = at, UpdatedAt = at, SecurityStamp = Guid.NewGuid().ToString("N") };
        user.Rename(first.Native, last.Native);
        user.Identify(login, $"{login}@{One(Domains)}", normalizer);
        if (random.NextDouble() < 0.7)
            user.PhoneNumber = culture.PhoneNumber(random);
        if (random.NextDouble() < 0.4)
            ((user.Street, user.PostalCode, user.City), user.Country) = (culture.Address(random), culture.Country);
        return user;
    }

    private string Login(string first, string last) => random.Next(20) switch
    {
        < 14 => $"{first}.{last}",
        < 17 => $"{first[0]}{last}",
        _ => $"{last}.{first}",
    };

    /// <summary>Leads the account to the state it has today and tells when it got there.</summary>
    private DateTimeOffset Live(User user)
    {
        var fate = rhythm.End - user.CreatedAt < TimeSpan.FromDays(2) ? UserStatus.Active : Fate();
        if (fate == UserStatus.Pending)
            return user.CreatedAt;

        var activatedAt = rhythm.Between(user.CreatedAt, Earlier(user.CreatedAt.AddDays(5), rhythm.End), Math.Pow(random.NextDouble(), 3));
        (user.ActivatedAt, user.EmailConfirmed) = (activatedAt, true);
        user.TwoFactorEnabled = random.NextDouble() < 0.365;
        user.UpdatedAt = Change(user, fate, activatedAt);
        if (random.NextDouble() < 0.96)
            user.LastSignInAt = rhythm.Between(activatedAt, fate == UserStatus.Active ? rhythm.End : user.UpdatedAt, 1 - Math.Pow(random.NextDouble(), 1.3));
        return user.UpdatedAt;
    }

    private UserStatus Fate() => random.NextDouble() switch
    {
        < 0.04 => UserStatus.Pending,
        < 0.08 => UserStatus.Inactive,
        < 0.09 => UserStatus.Expired,
        < 0.098 => UserStatus.Deleted,
        < 0.1 => UserStatus.Locked,
        _ => UserStatus.Active,
    };

    private DateTimeOffset Change(User user, UserStatus fate, DateTimeOffset activatedAt)
    {
        var now = rhythm.End;
        var earliest = fate switch
        {
            UserStatus.Deleted => now.AddDays(random.Next(8) == 0 ? -90 : -30),
            UserStatus.Locked => now.AddDays(-7),
            _ => activatedAt,
        };
        var at = rhythm.Between(Later(activatedAt, earliest), now, random.NextDouble());
        switch (fate)
        {
            case UserStatus.Inactive:
                user.Deactivate(One(LeavingReasons), at);
                return at;
            case UserStatus.Deleted:
                user.Delete(One(DeletionReasons), at);
                return at;
            case UserStatus.Locked:
                user.Lock(now.AddHours(random.Next(12, 60 * 24)), One(LockReasons));
                return at;
            case UserStatus.Expired:
                user.ExpiresAt = at = Later(new(at.UtcDateTime.Date, TimeSpan.Zero), activatedAt);
                return at;
            default:
                if (random.NextDouble() < 0.03)
                    user.ExpiresAt = new(now.UtcDateTime.Date.AddDays(random.Next(30, 900)), TimeSpan.Zero);
                return activatedAt;
        }
    }

    private T One<T>(T[] list) => list[random.Next(list.Length)];

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
