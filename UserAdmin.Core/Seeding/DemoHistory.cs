using UserAdmin.Core.Audit;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Seeding;

/// <summary>That something happened to a person, or to nobody known.</summary>
internal readonly record struct Moment(DateTimeOffset At, AuditAction Action, DemoPerson? Person, Guid? SessionId = null);

/// <summary>What must have happened for everybody to be in the state they are in, and what happens every day besides.</summary>
internal sealed class DemoHistory(IReadOnlyList<DemoPerson> people, IReadOnlyDictionary<Guid, Session> sessions, Rhythm rhythm, Random random)
{
    private const double MomentsInALife = 4.2;

    private static readonly (int InThousand, AuditAction Action)[] Shares =
    [
        (650, AuditAction.SignedIn), (165, AuditAction.SignedOut), (75, AuditAction.SignInFailed), (70, AuditAction.UserEdited),
        (7, AuditAction.PasswordRehashed), (7, AuditAction.AccessDenied), (6, AuditAction.UserLocked), (6, AuditAction.UserUnlocked),
        (6, AuditAction.SessionEnded), (5, AuditAction.SessionsEnded), (3, AuditAction.UserPurged),
    ];

    private static readonly AuditAction[] Lots = [.. Shares.SelectMany(entry => Enumerable.Repeat(entry.Action, entry.InThousand))];

    // The nearer to today, the more sign-ins are somebody's last, which that life tells already.
    private readonly Rhythm everyday = new(rhythm.Start, rhythm.End, fades: true);

    // The latest sign-ins, which may be signed out of; not all are.
    private readonly List<Moment> open = [];
    private int known;

    /// <summary>So many moments, in the order of time.</summary>
    public IEnumerable<Moment> Make(int count)
    {
        var lives = Lives(count / 2);
        var (told, others) = (0, count - lives.Count);
        for (var i = 0; i < others; i++)
        {
            var at = everyday.Between(people[0].CreatedAt, rhythm.End, (i + random.NextDouble()) / others);
            while (told < lives.Count && lives[told].At <= at)
                yield return lives[told++];
            yield return Ordinary(at);
        }
        while (told < lives.Count)
            yield return lives[told++];
    }

    /// <summary>The lives of all people, or of some when that would be more moments than wanted.</summary>
    private List<Moment> Lives(int most)
    {
        var share = most / (MomentsInALife * people.Count);
        var lives = new List<Moment>((int)Math.Min(most, MomentsInALife * people.Count));
        lives.AddRange(people.Where(_ => random.NextDouble() < share).SelectMany(Life).Where(moment => moment.At <= rhythm.End).Take(most));
        lives.Sort((one, other) => one.At.CompareTo(other.At));
        return lives;
    }

    private IEnumerable<Moment> Life(DemoPerson person)
    {
        yield return new(person.CreatedAt, AuditAction.UserCreated, person);
        yield return new(person.CreatedAt.AddSeconds(random.Next(5, 90)), AuditAction.UserActivationLinkMade, person);
        if (person.ActivatedAt is not { } activatedAt)
            yield break;

        yield return new(activatedAt, AuditAction.UserActivatedAccount, person);
        var session = sessions.GetValueOrDefault(person.Id);
        if (person.LastSignInAt > User.Never)
            yield return new(person.LastSignInAt, AuditAction.SignedIn, person, session?.Id ?? Guid.CreateVersion7(person.LastSignInAt));
        if (session?.EndedAt is { } endedAt)
            yield return new(endedAt, AuditAction.SignedOut, person, session.Id);

        if (person.Status is UserStatus.Inactive or UserStatus.Locked or UserStatus.Deleted)
            yield return new(person.StatusAt, person.Status switch
            {
                UserStatus.Inactive => AuditAction.UserDeactivated,
                UserStatus.Locked => AuditAction.UserLocked,
                _ => AuditAction.UserDeleted,
            }, person);
        else if (random.Next(100) == 0)
        {
            var (gone, back) = random.Next(4) == 0 ? (AuditAction.UserDeleted, AuditAction.UserRestored) : (AuditAction.UserDeactivated, AuditAction.UserActivated);
            var backAt = rhythm.Between(activatedAt, rhythm.End, random.NextDouble());
            if (backAt - person.Absence < activatedAt)
                yield break;
            yield return new(backAt - person.Absence, gone, person);
            yield return new(backAt, back, person);
        }
    }

    private Moment Ordinary(DateTimeOffset at)
    {
        var action = Lots[random.Next(Lots.Length)];
        if (action == AuditAction.SignedOut)
            return TakeOpen(at) is { } signedIn ? signedIn with { At = at, Action = action } : SignIn(at);
        if (action == AuditAction.SignedIn)
            return SignIn(at);
        if (action == AuditAction.UserPurged || (action == AuditAction.SignInFailed && random.Next(5) == 0))
            return new(at, action, null);
        return Someone(at) is { } person ? new(at, action, person) : Edit(at);
    }

    private Moment SignIn(DateTimeOffset at)
    {
        if (Someone(at) is not { } person)
            return Edit(at);

        var moment = new Moment(at, AuditAction.SignedIn, person, Guid.CreateVersion7(at));
        if (open.Count < 500)
            open.Add(moment);
        else
            open[random.Next(open.Count)] = moment;
        return moment;
    }

    private Moment Edit(DateTimeOffset at) => new(at, AuditAction.UserEdited, people[random.Next(known)]);

    private Moment? TakeOpen(DateTimeOffset at)
    {
        if (open.Count == 0)
            return null;

        var i = random.Next(open.Count);
        var taken = open[i];
        open[i] = open[^1];
        open.RemoveAt(open.Count - 1);
        return at - taken.At < new SessionPolicy().AbsoluteLimit() ? taken : null;
    }

    /// <summary>Somebody whose account worked at that time, if one is found soon.</summary>
    private DemoPerson? Someone(DateTimeOffset at)
    {
        while (known < people.Count && people[known].CreatedAt <= at)
            known++;
        for (var tries = 0; tries < 40; tries++)
        {
            var person = people[random.Next(known)];
            if (person.ActivatedAt <= at && person.LastSignInAt >= at)
                return person;
        }
        return null;
    }
}
