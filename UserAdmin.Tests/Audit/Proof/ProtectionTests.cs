using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Audit.Proof;

/// <summary>The database refuses to change the log.</summary>
public sealed class ProtectionTests
{
    public static TheoryData<DatabaseProvider> Each => TestDatabase.Each;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Each))]
    public async Task J03_The_database_refuses_to_change_or_remove_events_and_seals(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await portal.Record(AuditAction.SignedIn, 3);
        await portal.Seal();
        await portal.Record(AuditAction.SignedIn, 1);

        var let = new List<string>();
        string[] statements =
        [
            "DELETE FROM audit_events", "DELETE FROM audit_seals", "UPDATE audit_events SET action = 'user.viewed'", "UPDATE audit_events SET actor_name = 'Bob Baker'",
            "UPDATE audit_events SET actor_name = '', impersonator_name = 'Bob Baker', actor_salt = NULL", "UPDATE audit_events SET reason = NULL", "UPDATE audit_events SET reason = 'x', target_salt = NULL",
            "UPDATE audit_events SET utc_microseconds = utc_microseconds + 1", "UPDATE audit_events SET seq = seq + 10 WHERE seq IS NOT NULL", "UPDATE audit_events SET seal_id = 9 WHERE seq IS NOT NULL",
            "UPDATE audit_events SET leaf = leaf_mac", "UPDATE audit_events SET stream = 2", "UPDATE audit_events SET target_commitment = actor_commitment", "UPDATE audit_events SET leaf_mac = leaf",
            "UPDATE audit_events SET actor_id = id", "UPDATE audit_events SET stubbed_by_event_id = id", "UPDATE audit_seals SET row_count = 2", "UPDATE audit_seals SET pruned_by_event_id = NULL", "UPDATE audit_seals SET root = hash",
            .. provider == DatabaseProvider.PostgreSql ? new[] { "TRUNCATE audit_events", "TRUNCATE audit_seals" } : [],
        ];
        foreach (var statement in statements)
            if (await IsLet(portal, statement))
                let.Add(statement);

        Assert.Empty(let);
        Assert.Equal([1, 2, 3], await portal.Numbers(AuditStream.Security));
    }

    [Theory, MemberData(nameof(Each))]
    public async Task J03_The_database_lets_through_what_the_portal_does(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        await portal.Record(AuditAction.SignedIn, 3);
        await portal.Seal();

        Assert.True(await IsLet(portal, "UPDATE audit_events SET actor_name = '', impersonator_name = NULL, address = NULL, actor_salt = NULL WHERE seq = 1"));
        Assert.True(await IsLet(portal, "UPDATE audit_events SET target_name = NULL, reason = NULL, changes = NULL, target_salt = NULL WHERE seq = 1"));
        Assert.True(await IsLet(portal, "UPDATE audit_seals SET pruned_by_event_id = '01900000-0000-7000-8000-00000000000a'"));
        Assert.False(await IsLet(portal, "DELETE FROM audit_events"));
        Assert.False(await IsLet(portal, "UPDATE audit_seals SET pruned_by_event_id = '01900000-0000-7000-8000-00000000000b'"));
    }

    private static async Task<bool> IsLet(TestPortal portal, string statement)
    {
        try
        {
            await portal.Run((UserAdminDbContext db) => db.Database.ExecuteSqlRawAsync(statement, Cancel));
            return true;
        }
        catch (DbException refused) when (refused.Message.Contains("the audit log may not be changed", StringComparison.Ordinal))
        {
            return false;
        }
    }
}
