using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Support;

public sealed record Person(string FirstName, string LastName, SystemRole? Role)
{
    public string FullName => $"{FirstName} {LastName}";

    public string UserName => FirstName.ToLowerInvariant();

    public string Email => $"{UserName}@example.org";
}

/// <summary>
/// The people every test knows: Alice and Bob own the installation, Carol uses it, Dave is a stranger to Carol; Erin is an administrator, Frank works at the help desk, Grace audits, Heidi manages.
/// </summary>
public static class Cast
{
    public static readonly Person Alice = new("Alice", "Archer", SystemRoles.Owner);
    public static readonly Person Bob = new("Bob", "Baker", SystemRoles.Owner);
    public static readonly Person Carol = new("Carol", "Cooper", null);
    public static readonly Person Dave = new("Dave", "Dyer", null);
    public static readonly Person Erin = new("Erin", "Evans", SystemRoles.Administrator);
    public static readonly Person Frank = new("Frank", "Fisher", SystemRoles.HelpDesk);
    public static readonly Person Grace = new("Grace", "Green", SystemRoles.Auditor);
    public static readonly Person Heidi = new("Heidi", "Hall", SystemRoles.Manager);

    public const string Password = "correct horse battery staple";

    /// <summary>What a real installation asks for, and what tests hash with unless they say <c>Passwords:HashRounds</c>: a hundredth of the time.</summary>
    public const int RealRounds = 210_000, QuickRounds = 2_000;

    public static string HashWith(int rounds) =>
        new PasswordHasher<User>(Options.Create(new PasswordHasherOptions { IterationCount = rounds })).HashPassword(new(), Password);

    private static readonly string Hash = HashWith(QuickRounds);

    extension(ITestPortal portal)
    {
        /// <summary>Adds an active account and gives back its owner, able to do whatever their role allows.</summary>
        public async Task<Actor> Given(Person person, Action<User>? with = null)
        {
            var user = new User { CreatedAt = portal.Clock.Now, UpdatedAt = portal.Clock.Now, ActivatedAt = portal.Clock.Now, PasswordHash = Hash };
            user.Rename(person.FirstName, person.LastName);
            user.Identify(person.UserName, person.Email, portal.Services.GetRequiredService<ILookupNormalizer>());
            with?.Invoke(user);
            await portal.Run(async (UserAdminDbContext db) =>
            {
                db.Users.Add(user);
                if (person.Role is { } role)
                    db.RoleAssignments.Add(new() { UserId = user.Id, RoleId = role.Id, StartsAt = portal.Clock.Now, AssignedAt = portal.Clock.Now, AssignedByName = "System" });
                return await db.SaveChangesAsync();
            });
            return new(ActorKind.User, user.Id, user.FullName, await portal.Run((AccessEvaluator access) => access.EvaluateAsync(user.Id, default))) { Address = "192.0.2.1", AuthenticatedAt = portal.Clock.Now };
        }

        /// <summary>Calls a service in a scope of its own, as a request or a click does.</summary>
        public async Task<TResult> Run<TService, TResult>(Func<TService, Task<TResult>> work) where TService : notnull
        {
            await using var scope = portal.CreateScope();
            return await work(scope.ServiceProvider.GetRequiredService<TService>());
        }

        public Task<User> Load(Guid id) => portal.Run((UserAdminDbContext db) => db.Users.AsNoTracking().SingleAsync(user => user.Id == id));

        public Task<List<AuditEvent>> Events(AuditAction action) => portal.Run((UserAdminDbContext db) =>
            db.AuditEvents.AsNoTracking().Where(e => e.Action == action.Code).OrderBy(e => e.UtcMicroseconds).ThenBy(e => e.Id).ToListAsync());

        public Task<int> CountEvents() => portal.Run((UserAdminDbContext db) => db.AuditEvents.CountAsync());

        /// <summary>The one event of this kind.</summary>
        public async Task<AuditEvent> Event(AuditAction action) => Assert.Single(await portal.Events(action));
    }

    extension(Actor actor)
    {
        public Guid Id => actor.UserId!.Value;
    }

    extension(AuditEvent e)
    {
        /// <summary>The changes like <c>FirstName: Carol -> Caroline</c>, "-" for nothing.</summary>
        public IEnumerable<string> Differences =>
            FieldChange.FromJson(e.Changes).Select(change => $"{change.Field}: {change.Before ?? "-"} -> {change.After ?? "-"}");
    }
}
