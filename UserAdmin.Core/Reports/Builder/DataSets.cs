using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Organizations;
using UserAdmin.Core.Registration;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Sessions;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Reports.Builder;

// A row with what belongs to it; columns are expressions over these.
internal sealed class SessionLine
{
    public required Session Session { get; init; }
    public required User User { get; init; }
}

internal sealed class AssignmentLine
{
    public required RoleAssignment Assignment { get; init; }
    public required User User { get; init; }
    public required Role Role { get; init; }
    public Organization? Organization { get; init; }
}

internal sealed class MembershipLine
{
    public required Membership Membership { get; init; }
    public required User User { get; init; }
    public required Organization Organization { get; init; }
}

internal sealed class InvitationLine
{
    public required Invitation Invitation { get; init; }
    public Organization? Organization { get; init; }
    public Role? Role { get; init; }
}

/// <summary>Every data set and column a report may be built on. What is not here can't be read: no secrets, no hashes, no free text of the log.</summary>
public static class DataSets
{
    public static IReadOnlyList<DataSet> All { get; } = [Users, Sessions, Events, Assignments, Memberships, Invitations];

    public static DataSet? Find(string key) => All.FirstOrDefault(set => set.Key == key);

    private static DataSet<User> Users => new("users", "People", "One row for each account that is not deleted.", Permission.UsersView,
        (db, actor) => db.Users.AsNoTracking().Existing().MembersWithin(actor, Permission.UsersView, db))
    {
        Columns =
        [
            DataSet<User>.Text("name", "Name", u => (u.FirstName + " " + u.LastName).Trim()),
            DataSet<User>.Text("user_name", "User name", u => u.UserName),
            DataSet<User>.Text("email", "Email", u => u.Email),
            DataSet<User>.ChoiceAt<UserStatus>("status", "Status", now => u => (UserStatus?)(
                u.DeactivatedAt != null ? UserStatus.Inactive : u.LockedUntil > now ? UserStatus.Locked : u.ExpiresAt <= now ? UserStatus.Expired : u.ActivatedAt == null ? UserStatus.Pending : UserStatus.Active)),
            DataSet<User>.YesNo("second_factor", "Second factor", u => u.TwoFactorEnabled),
            DataSet<User>.YesNo("email_confirmed", "Email confirmed", u => u.EmailConfirmed),
            DataSet<User>.YesNo("has_signed_in", "Has signed in", u => u.LastSignInAt != User.Never),
            DataSet<User>.Instant("last_sign_in", "Last sign-in", u => u.LastSignInAt == User.Never ? null : u.LastSignInAt),
            DataSet<User>.Instant("created", "Account made", u => u.CreatedAt),
            DataSet<User>.Instant("activated", "Activated", u => u.ActivatedAt),
            DataSet<User>.Instant("expires", "Expires", u => u.ExpiresAt),
            DataSet<User>.Instant("password_changed", "Password changed", u => u.PasswordChangedAt),
            DataSet<User>.Text("city", "City", u => u.City),
            DataSet<User>.Text("country", "Country", u => u.Country),
        ],
    };

    private static DataSet<SessionLine> Sessions => new("sessions", "Sessions", "One row for each sign-in that is kept, open or over.", Permission.SessionsView,
        (db, actor) => from session in db.Sessions.AsNoTracking()
                       join user in db.Users.MembersWithin(actor, Permission.UsersView, db).MembersWithin(actor, Permission.SessionsView, db) on session.UserId equals user.Id
                       select new SessionLine { Session = session, User = user })
    {
        Columns =
        [
            DataSet<SessionLine>.Text("person", "Person", l => (l.User.FirstName + " " + l.User.LastName).Trim()),
            DataSet<SessionLine>.Text("email", "Email", l => l.User.Email),
            DataSet<SessionLine>.Instant("opened", "Opened", l => l.Session.CreatedAt),
            DataSet<SessionLine>.Instant("last_activity", "Last activity", l => l.Session.LastActivityAt),
            DataSet<SessionLine>.Instant("ended", "Ended", l => l.Session.EndedAt),
            DataSet<SessionLine>.Text("browser", "Browser", l => l.Session.Browser),
            DataSet<SessionLine>.Text("system", "System", l => l.Session.System),
            DataSet<SessionLine>.Text("address", "Address", l => l.Session.Address),
            DataSet<SessionLine>.YesNo("stays", "Stays signed in", l => l.Session.IsPersistent),
            DataSet<SessionLine>.Number("risk", "Risk", l => l.Session.RiskScore),
        ],
    };

    private static DataSet<AuditEvent> Events => new("events", "Audit log", "One row for each event of the audit log.", Permission.AuditView, (db, _) => db.AuditEvents.AsNoTracking())
    {
        Columns =
        [
            DataSet<AuditEvent>.Microseconds("at", "When", e => e.UtcMicroseconds),
            new DataColumn<AuditEvent, string?>("action", "Action", ColumnKind.Choice, _ => e => e.Action) { Choices = [.. AuditAction.All.Select(action => (action.Code, action.Title))] },
            DataSet<AuditEvent>.Choice<AuditCategory>("category", "Category", e => e.Category, TrendReports.NameOf),
            DataSet<AuditEvent>.Choice<AuditOutcome>("outcome", "Outcome", e => e.Outcome),
            DataSet<AuditEvent>.Text("actor", "Done by", e => e.ActorName),
            DataSet<AuditEvent>.Text("target", "Done to", e => e.TargetName),
            DataSet<AuditEvent>.Text("address", "Address", e => e.Address),
            DataSet<AuditEvent>.Text("impersonator", "Acting as somebody else", e => e.ImpersonatorName),
        ],
    };

    private static DataSet<AssignmentLine> Assignments => new("assignments", "Roles of people", "One row for each role that somebody has, had or will have.", Permission.RolesView,
        (db, actor) => from assignment in db.RoleAssignments.AsNoTracking()
                       join user in db.Users.Existing().MembersWithin(actor, Permission.UsersView, db) on assignment.UserId equals user.Id
                       join role in db.Roles on assignment.RoleId equals role.Id
                       from organization in db.Organizations.Where(o => o.Id == assignment.OrganizationId).DefaultIfEmpty()
                       select new AssignmentLine { Assignment = assignment, User = user, Role = role, Organization = organization })
    {
        Columns =
        [
            DataSet<AssignmentLine>.Text("person", "Person", l => (l.User.FirstName + " " + l.User.LastName).Trim()),
            DataSet<AssignmentLine>.Text("email", "Email", l => l.User.Email),
            DataSet<AssignmentLine>.Text("role", "Role", l => l.Role.Name),
            DataSet<AssignmentLine>.Text("where", "Where", l => l.Organization!.Name),
            DataSet<AssignmentLine>.YesNoAt("in_force", "In force", now => l => l.Assignment.StartsAt <= now && (l.Assignment.EndsAt == null || l.Assignment.EndsAt > now)),
            DataSet<AssignmentLine>.Instant("starts", "Since", l => l.Assignment.StartsAt),
            DataSet<AssignmentLine>.Instant("ends", "Until", l => l.Assignment.EndsAt),
            DataSet<AssignmentLine>.Instant("given", "Given", l => l.Assignment.AssignedAt),
            DataSet<AssignmentLine>.Text("given_by", "Given by", l => l.Assignment.AssignedByName),
            DataSet<AssignmentLine>.Text("reason", "Reason", l => l.Assignment.Reason),
        ],
    };

    private static DataSet<MembershipLine> Memberships => new("memberships", "Members of organizations", "One row for each person in each organization.", Permission.OrganizationsView,
        (db, actor) => from membership in db.Memberships.AsNoTracking()
                       join user in db.Users.Existing().MembersWithin(actor, Permission.UsersView, db) on membership.UserId equals user.Id
                       join organization in db.Organizations.Existing().Within(actor, Permission.OrganizationsView, db) on membership.OrganizationId equals organization.Id
                       select new MembershipLine { Membership = membership, User = user, Organization = organization })
    {
        Columns =
        [
            DataSet<MembershipLine>.Text("organization", "Organization", l => l.Organization.Name),
            DataSet<MembershipLine>.Text("person", "Person", l => (l.User.FirstName + " " + l.User.LastName).Trim()),
            DataSet<MembershipLine>.Text("email", "Email", l => l.User.Email),
            DataSet<MembershipLine>.Text("title", "Title", l => l.Membership.Title),
            DataSet<MembershipLine>.Instant("joined", "Joined", l => l.Membership.JoinedAt),
            DataSet<MembershipLine>.YesNo("second_factor", "Second factor", l => l.User.TwoFactorEnabled),
            DataSet<MembershipLine>.Instant("last_sign_in", "Last sign-in", l => l.User.LastSignInAt == User.Never ? null : l.User.LastSignInAt),
        ],
    };

    private static DataSet<InvitationLine> Invitations => new("invitations", "Invitations", "One row for each invitation.", Permission.InvitationsView,
        (db, actor) => from invitation in db.Invitations.AsNoTracking()
                       from organization in db.Organizations.Where(o => o.Id == invitation.OrganizationId).DefaultIfEmpty()
                       from role in db.Roles.Where(r => r.Id == invitation.RoleId).DefaultIfEmpty()
                       where invitation.OrganizationId == null || db.OrganizationsWithin(actor, Permission.InvitationsView).Contains(invitation.OrganizationId.Value)
                       select new InvitationLine { Invitation = invitation, Organization = organization, Role = role })
    {
        Columns =
        [
            DataSet<InvitationLine>.Text("email", "Email", l => l.Invitation.Email),
            DataSet<InvitationLine>.ChoiceAt<InvitationState>("state", "State", now => l => (InvitationState?)(
                l.Invitation.AcceptedAt != null ? InvitationState.Accepted : l.Invitation.RevokedAt != null ? InvitationState.Revoked : l.Invitation.ExpiresAt <= now ? InvitationState.Expired : InvitationState.Sent)),
            DataSet<InvitationLine>.Text("invited_by", "Invited by", l => l.Invitation.InvitedByName),
            DataSet<InvitationLine>.Text("organization", "Organization", l => l.Organization!.Name),
            DataSet<InvitationLine>.Text("role", "Role", l => l.Role!.Name),
            DataSet<InvitationLine>.Instant("created", "Made", l => l.Invitation.CreatedAt),
            DataSet<InvitationLine>.Instant("sent", "Sent", l => l.Invitation.SentAt),
            DataSet<InvitationLine>.Instant("expires", "Expires", l => l.Invitation.ExpiresAt),
            DataSet<InvitationLine>.Instant("accepted", "Accepted", l => l.Invitation.AcceptedAt),
        ],
    };
}
