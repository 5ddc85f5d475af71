using System.Globalization;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Seeding;

/// <summary>Records moments as the services would have done.</summary>
internal sealed class DemoEvents(IReadOnlyList<DemoPerson> people, Rhythm rhythm, Random random)
{
    private static readonly string[] Reasons =
        ["Asked for by the owner", "Requested by the team lead", "Found in the monthly review", "Reported by the service desk", "Change of department", "Suspicious activity"];

    private static readonly FieldChange[] Edits =
    [
        new("PhoneNumber", "+44 7700 900123", "+44 7700 900456"), new("PhoneNumber", null, "+49 30 23125 042"), new("City", "Berlin", "Hamburg"),
        new("City", null, "Kraków"), new("Street", "Hauptstraße 1", "Lindenallee 27"), new("Country", "France", "Spain"), new("PostalCode", "10115", "20095"),
    ];

    private static readonly string[] Strangers = ["admin", "root", "test", "info@example.org", "administrator", "postmaster@example.com", "guest", "j.doe"];

    // Those who look after the others' accounts.
    private readonly List<DemoPerson> staff =
        [.. people.Where(person => person.Status == UserStatus.Active && person.LastSignInAt > rhythm.End.AddDays(-14)).Take(40)];

    private int employed;

    public AuditEvent Record(Moment moment)
    {
        var (at, action, person, session) = moment;
        if (person is null)
            return action == AuditAction.UserPurged ? Purge(at) : Event(at, action, Anonymous(), new(null, One(Strangers)), "No such account");
        if (action == AuditAction.SignedIn || action == AuditAction.SignedOut)
            return Event(at, action, As(person, session), person);
        if (action == AuditAction.SignInFailed)
            return Event(at, action, Anonymous(), person, random.Next(6) == 0 ? "Paused after too many wrong passwords" : "Wrong password");
        if (action == AuditAction.UserActivatedAccount)
            return Event(at, action, Actor.Anonymous with { Address = DemoAddresses.Of(person.Id) }, person, changes: [new("ActivatedAt", null, Written(at))]);
        if (action == AuditAction.PasswordRehashed)
            return Event(at, action, Actor.System, person);
        if (action == AuditAction.AccessDenied)
            return Event(at, action, As(person, Guid.CreateVersion7(at)), new(null, One(Enum.GetValues<Permission>()).ToString()));
        return Event(at, action, Staff(at, person), person, ReasonFor(action, at, person), Changes(action, at, person));
    }

    private AuditEvent Purge(DateTimeOffset at)
    {
        var (first, last) = One(DemoNames.All).Name(random);
        var gone = new AuditTarget(Guid.CreateVersion7(at.AddDays(-60)), $"{first.Native} {last.Native}");
        return Event(at, AuditAction.UserPurged, Staff(at), gone, One(Reasons), [new("FirstName", first.Native, null), new("LastName", last.Native, null)]);
    }

    private string? ReasonFor(AuditAction action, DateTimeOffset at, DemoPerson person) =>
        action == AuditAction.UserCreated || action == AuditAction.UserEdited || action == AuditAction.UserActivationLinkMade
            || action == AuditAction.SessionEnded || action == AuditAction.SessionsEnded ? null
        : at == person.StatusAt ? person.Reason
        : One(Reasons);

    private FieldChange[] Changes(AuditAction action, DateTimeOffset at, DemoPerson person) =>
        action == AuditAction.UserCreated ?
            [new("FirstName", null, person.FirstName), new("LastName", null, person.LastName), new("UserName", null, person.UserName), new("Email", null, person.Email)]
        : action == AuditAction.UserEdited ? [One(Edits)]
        : action == AuditAction.UserLocked ? [new("LockedUntil", null, Written((at == person.StatusAt ? person.LockedUntil : null) ?? at.AddHours(2)))]
        : action == AuditAction.UserDeactivated ? [new("DeactivatedAt", null, Written(at))]
        : action == AuditAction.UserActivated ? [new("DeactivatedAt", Written(at - person.Absence), null)]
        : action == AuditAction.UserDeleted ? [new("DeletedAt", null, Written(at))]
        : action == AuditAction.UserRestored ? [new("DeletedAt", Written(at - person.Absence), null)]
        : [];

    private Actor Staff(DateTimeOffset at, DemoPerson? other = null)
    {
        while (employed < staff.Count && staff[employed].CreatedAt.AddDays(5) < at)
            employed++;
        if (employed == 0)
            return Actor.System;

        var member = staff[(int)(employed * Math.Pow(random.NextDouble(), 2))];
        return member == other ? Actor.System : As(member, Guid.CreateVersion7(at));
    }

    private Actor As(DemoPerson person, Guid? session) => Anonymous() with
    {
        Kind = ActorKind.User,
        UserId = person.Id,
        Name = person.FullName,
        Address = random.Next(8) == 0 ? DemoAddresses.Any(random) : DemoAddresses.Of(person.Id),
        SessionId = session,
    };

    private Actor Anonymous() => Actor.Anonymous with
    {
        Address = DemoAddresses.Any(random),
        CorrelationId = random.NextInt64().ToString("x16", CultureInfo.InvariantCulture),
    };

    private static AuditEvent Event(
        DateTimeOffset at, AuditAction action, Actor actor, AuditTarget target, string? reason = null, IReadOnlyCollection<FieldChange>? changes = null)
    {
        return new()
        {
            Id = Guid.CreateVersion7(at),
            UtcMicroseconds = AuditRecording.ToMicroseconds(at),
            ActorKind = actor.Kind,
            ActorId = actor.UserId,
            ActorName = actor.Name,
            Action = action.Code,
            Category = action.Category,
            Outcome = OutcomeOf(action),
            TargetId = target.Id,
            TargetName = target.Name,
            Reason = reason,
            Changes = FieldChange.ToJson(changes ?? []),
            Address = actor.Address,
            SessionId = actor.SessionId,
            CorrelationId = actor.CorrelationId,
        };
    }

    private static AuditOutcome OutcomeOf(AuditAction action) =>
        action == AuditAction.SignInFailed ? AuditOutcome.Failure
        : action == AuditAction.AccessDenied ? AuditOutcome.Denied
        : AuditOutcome.Success;

    // As FieldChange writes instants.
    private static string Written(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private T One<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];
}
