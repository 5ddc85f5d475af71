using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Data;

/// <summary>What installations of earlier versions have, they keep.</summary>
public class UpgradeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task Administrators_of_the_time_before_roles_are_owners_everywhere_and_without_an_end(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, migrated: false);
        var clock = new TestClock();
        await using var services = TestPortal.Build(provider, database.ConnectionString, clock, []);
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<UserAdminDbContext>();
        await db.GetService<IMigrator>().MigrateAsync("FactorCoverage", Cancel);
        var (alice, carol) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var id in new[] { alice, carol })
            await AddUserAsync(db, id);
        await db.Database.ExecuteSqlAsync($"INSERT INTO user_roles (user_id, role_id) VALUES ({alice}, {SystemRoles.Owner.Id})", Cancel);

        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(Cancel);

        var assignment = await db.RoleAssignments.AsNoTracking().SingleAsync(Cancel);
        Assert.Equal((alice, SystemRoles.Owner.Id, null, null), (assignment.UserId, assignment.RoleId, assignment.OrganizationId, assignment.EndsAt));
        var evaluator = scope.ServiceProvider.GetRequiredService<AccessEvaluator>();
        clock.Advance(DateTimeOffset.UtcNow.AddMinutes(1) - clock.Now);
        Assert.True((await evaluator.EvaluateAsync(alice, Cancel)).IsSameAs(Access.Everything));
        Assert.False((await evaluator.EvaluateAsync(carol, Cancel)).IsPrivileged);
    }

    // As that version had it: the columns of today's user are not all there yet.
    private static Task<int> AddUserAsync(UserAdminDbContext db, Guid id) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO users (id, first_name, last_name, sort_name, search_text, created_at, updated_at, last_sign_in_at, must_change_password, user_name, normalized_user_name,
            email, normalized_email, email_confirmed, phone_number_confirmed, two_factor_enabled, lockout_enabled, access_failed_count)
        VALUES ({id}, '', '', '', '', {Instant(db)}, {Instant(db)}, {Instant(db)}, {false}, {$"{id}"}, {$"{id}"}, {$"{id}"}, {$"{id}"}, {false}, {false}, {false}, {false}, {0})
        """, Cancel);

    private static object Instant(UserAdminDbContext db) => db is SqliteUserAdminDbContext ? 1_700_000_000_000_000L : DateTimeOffset.UnixEpoch;
}
