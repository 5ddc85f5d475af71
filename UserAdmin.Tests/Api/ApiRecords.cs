using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.AccessRequests;
using UserAdmin.Core.AccessReviews;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.CustomFields;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Me;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Reports;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Api;

/// <summary>
/// One record of every kind that an address of the API can name. They belong to one person and one organization, and all that these two say is one word,
/// so that an answer which tells anything of them is found by it.
/// </summary>
public sealed class ApiRecords
{
    public const string Word = "Quetzalcoatlus";

    // What stands in addresses instead of an identifier, by what stands before it.
    private static readonly Dictionary<string, string> Names = new()
    {
        ["permissions"] = "users.view",
        ["jobs"] = "report.daily",
        ["reports"] = "sign-ins",
        ["features"] = "access_requests",
        ["settings"] = "sessions",
        ["domains"] = "other.example",
        ["templates"] = "activation",
        ["{key}"] = "en",
        ["{id}"] = "lock",
        ["external-logins"] = "google",
    };

    private readonly Dictionary<string, Guid> ids;

    private ApiRecords(Dictionary<string, Guid> ids) => this.ids = ids;

    /// <summary>Identifiers that nobody has.</summary>
    public static ApiRecords OfNobody(ApiRecords other) => new(other.ids.ToDictionary(id => id.Key, _ => Guid.CreateVersion7()));

    public Guid this[string kind] => ids[kind];

    public static bool HasIdentifier(ApiOperation operation) => operation.Parameters.Any(parameter => parameter.In == "path" && (string?)parameter.Schema["format"] == "uuid");

    /// <summary>The address of an operation with these records in it.</summary>
    public string AddressOf(ApiOperation operation)
    {
        var parts = operation.Path.Split('/');
        return string.Join('/', parts.Select((part, i) => part is ['{', .., '}'] ? ValueOf(operation, parts[i - 1], part[1..^1]) : part));
    }

    /// <summary>What a parameter of a list, or a field of a body, that is called like this would name.</summary>
    public Guid IdFor(string name) => name switch
    {
        _ when name.StartsWith("organization", StringComparison.Ordinal) || name.StartsWith("parent", StringComparison.Ordinal) => ids["organizations"],
        _ when name.StartsWith("role", StringComparison.Ordinal) => ids["roles"],
        _ when name.StartsWith("team", StringComparison.Ordinal) => ids["teams"],
        "session" => ids["sessions"],
        "with" => ids["events"],
        _ => ids["users"],
    };

    private string ValueOf(ApiOperation operation, string before, string name) =>
        (string?)operation.Parameters.Single(parameter => parameter.In == "path" && parameter.Name == name).Schema["format"] != "uuid"
            ? Names.GetValueOrDefault(before) ?? throw new InvalidOperationException($"{operation}: say in ApiRecords what {{{name}}} may be.")
            : ids.TryGetValue(before, out var id) ? $"{id}" : throw new InvalidOperationException($"{operation}: make a record in ApiRecords that {{{name}}} names.");

    public static async Task<ApiRecords> MakeAsync(ITestPortal portal)
    {
        var now = portal.Clock.Now;
        var user = PersonOf(portal, Word, isService: false);
        var account = PersonOf(portal, "robot", isService: true);
        var organization = new Organization { Name = Word, NormalizedName = Word.ToUpperInvariant(), CreatedAt = now, UpdatedAt = now };
        var team = new Team { OrganizationId = organization.Id, Name = Word, NormalizedName = Word.ToUpperInvariant(), LeadId = user.Id, CreatedAt = now, UpdatedAt = now };
        var role = new Role { Name = "Keeper", NormalizedName = "KEEPER", CreatedAt = now, UpdatedAt = now };
        var assignment = new RoleAssignment { UserId = user.Id, RoleId = role.Id, OrganizationId = organization.Id, StartsAt = now, AssignedAt = now, AssignedByName = Word };
        var request = new AccessRequest { UserId = user.Id, RoleId = role.Id, OrganizationId = organization.Id, Reason = Word, CreatedAt = now };
        var review = new AccessReview { Name = Word, RoleId = role.Id, OrganizationId = organization.Id, Subject = Word, ReviewerId = user.Id, ReviewerName = Word, StartedByName = Word, StartedAt = now, DueAt = now.AddDays(7) };
        var field = new CustomField { Key = "shoe_size", Label = "Shoe size", Kind = CustomFieldKind.Text, IsInList = true, CreatedAt = now };
        var forwarder = new AuditForwarder { Kind = ForwarderKind.Webhook, Name = "Collector", Address = "https://192.0.2.1/", IsActive = false, CreatedAt = now };
        var run = new JobRun { Job = Names["jobs"], Trigger = JobTrigger.ByHand, ScheduledFor = now, Outcome = JobOutcome.Succeeded, StartedAt = now, EndedAt = now, Server = "one", ActorId = user.Id, ActorName = Word };
        var export = new Export { OwnerId = user.Id, List = "users", Title = Word, Format = ExportFormat.Csv, Query = "{}", TimeZone = "UTC", State = ExportState.Done, CreatedAt = now, EndedAt = now, ExpiresAt = now.AddDays(1) };
        var report = new Report { Name = Word, NormalizedName = Word.ToUpperInvariant(), OwnerId = user.Id, IsShared = true, Definition = """{"dataSet":"users","columns":["email"]}""", CreatedAt = now, ChangedAt = now };
        var schedule = new ReportSchedule { Report = $"{report.Id}", Name = Word, OwnerId = user.Id, Format = ExportFormat.Csv, Cron = "0 0 7 ? * MON", TimeZone = "UTC", Recipients = $"[\"{user.Id}\"]", IsActive = false, CreatedAt = now };
        var session = SessionOf(user, SessionKind.Api, now);
        var token = SessionOf(account, SessionKind.Token, now);
        var device = new Device { UserId = user.Id, KeyHash = user.Id.ToByteArray(), Name = Word, UserAgent = Word, LastAddress = "192.0.2.77", FirstSeenAt = now, LastSeenAt = now };
        var invitation = new Invitation
        {
            Email = $"{Word}@example.net",
            NormalizedEmail = $"{Word}@example.net".ToUpperInvariant(),
            Hash = user.Id.ToByteArray(),
            Language = "en",
            InvitedById = user.Id,
            InvitedByName = Word,
            OrganizationId = organization.Id,
            RoleId = role.Id,
            TeamId = team.Id,
            CreatedAt = now,
            SentAt = now,
            ExpiresAt = now.AddDays(7),
        };
        var message = new Core.Notifications.OutboxMessage { Channel = Core.Notifications.Channel.Email, Recipient = $"{Word}@example.org", UserId = user.Id, Template = "activation", Language = "en", Subject = Word, CreatedAt = now, NextAttemptAt = now };
        var app = new Core.TwoFactor.Authenticator { UserId = user.Id, Name = Word, ProtectedSeed = "seed", CreatedAt = now, ConfirmedAt = now };
        var happened = await portal.Run(async (UserAdminDbContext db) =>
        {
            db.AddRange(user, account, organization, team, role, assignment, request, review, field, forwarder, run, export, report, schedule, session, token, device, invitation, message, app);
            db.AddRange(
                new OrganizationPath { AncestorId = organization.Id, OrganizationId = organization.Id },
                new Membership { OrganizationId = organization.Id, UserId = user.Id, Title = Word, JoinedAt = now },
                new TeamMember { TeamId = team.Id, UserId = user.Id, AddedAt = now },
                new RolePermission { RoleId = role.Id, Permission = Permission.SessionsView.Code },
                new AccessReviewItem { ReviewId = review.Id, AssignmentId = assignment.Id, UserId = user.Id, UserName = Word, RoleName = role.Name, OrganizationName = Word, AssignedAt = now },
                new CustomValue { UserId = user.Id, FieldId = field.Id, Value = Word },
                new Core.Dormancy.DormancyExemption { UserId = user.Id, Reason = Word, CreatedAt = now },
                new ReportRun { ScheduleId = schedule.Id, ScheduledFor = now, StartedAt = now, EndedAt = now, State = ReportRunState.Failed, Problem = Word },
                new Core.TwoFactor.FactorReset { UserId = user.Id, RequestedByName = Word, Reason = Word, RequestedAt = now, ExpiresAt = now.AddDays(1) },
                new Profile { UserId = user.Id, Bio = Word, Location = Word, ConcurrencyStamp = "1" },
                new Avatar { UserId = user.Id, Png = [1], Version = "01234567890123456789012345678901", UpdatedAt = now });
            db.Record(AuditAction.UserEdited, new(ActorKind.User, user.Id, user.FullName, Access.None), user, now, reason: Word);
            var recorded = db.AuditEvents.Local.Single().Id;
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
            return recorded;
        });
        portal.Services.GetRequiredService<AccessCatalogue>().Forget(portal is TestTenant tenant ? tenant.Tenant : portal.Services.GetRequiredService<TenantDirectory>().Default);
        return new(new()
        {
            ["users"] = user.Id,
            ["people"] = user.Id,
            ["members"] = user.Id,
            ["erasure"] = user.Id,
            ["exemptions"] = user.Id,
            ["comparison"] = user.Id,
            ["second-factor-resets"] = user.Id,
            ["service-accounts"] = account.Id,
            ["organizations"] = organization.Id,
            ["teams"] = team.Id,
            ["roles"] = role.Id,
            ["role-assignments"] = assignment.Id,
            ["access-requests"] = request.Id,
            ["access-reviews"] = review.Id,
            ["custom-fields"] = field.Id,
            ["events"] = happened,
            ["forwarders"] = forwarder.Id,
            ["job-runs"] = run.Id,
            ["exports"] = export.Id,
            ["custom"] = report.Id,
            ["schedules"] = schedule.Id,
            ["sessions"] = session.Id,
            ["tokens"] = token.Id,
            ["devices"] = device.Id,
            ["invitations"] = invitation.Id,
            ["notifications"] = message.Id,
            ["authenticators"] = app.Id,
            ["tenants"] = Guid.CreateVersion7(),
        });
    }

    private static User PersonOf(ITestPortal portal, string name, bool isService)
    {
        var now = portal.Clock.Now;
        var user = new User { CreatedAt = now, UpdatedAt = now, ActivatedAt = now, City = Word, IsServiceAccount = isService };
        user.Rename(Word, Word);
        user.Identify(name, $"{name}@example.org", portal.Services.GetRequiredService<ILookupNormalizer>());
        return user;
    }

    private static Session SessionOf(User owner, SessionKind kind, DateTimeOffset now) => new()
    {
        UserId = owner.Id,
        Kind = kind,
        Name = Word,
        Permissions = kind == SessionKind.Token ? Permission.UsersView.Code : null,
        KeyHash = owner.Id.ToByteArray(),
        Address = "192.0.2.77",
        UserAgent = Word,
        Browser = Word,
        System = Word,
        CreatedAt = now,
        AuthenticatedAt = now,
        LastActivityAt = now,
        ExpiresAt = now.AddHours(12),
    };
}
