using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Tests.Audit;

public class AuditExportTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Theory, MemberData(nameof(Databases))]
    public async Task G07_The_file_has_the_rows_of_the_list_across_all_pages(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (grace, carol, dave) = (await portal.Given(Grace), await portal.Given(Carol), await portal.Given(Dave));
        await portal.Run(async (UserAdminDbContext db) =>
        {
            for (var i = 0; i < 4100; i++)
                db.Record(i % 3 == 0 ? AuditAction.UserEdited : AuditAction.SignedIn, i % 2 == 0 ? carol : dave, new(dave.UserId, "Dave"), portal.Clock.Now.AddSeconds(i / 2), [new("City", null, "Brno")], i % 5 == 0 ? "Why" : null);
            return await db.SaveChangesAsync(Cancel);
        });

        foreach (var filter in new AuditFilter[] { new(), new() { ActorId = carol.Id }, new() { TargetId = dave.Id, Tag = AuditTag.PersonalData }, new() { AboutId = dave.Id }, new() { From = portal.Clock.Now.AddSeconds(2000) } })
        {
            var file = await ReadAsync(portal, filter, grace);

            Assert.Equal(await ListAsync(portal, filter, grace), file.Select(row => (string)row[^1]!));
            Assert.All(file, row => Assert.Equal(15, row.Length));
        }
        var one = (await ReadAsync(portal, new() { ActorId = carol.Id, Action = AuditAction.UserEdited.Code }, grace))[^1];
        Assert.Equal([portal.Clock.Now, "Edited a user", "user.edited", "Users", "Success", "Carol Cooper", null, "Dave", "Why", "City: – → Brno", "192.0.2.1", "Security", null, null], one[..^1]);
    }

    [Fact]
    public async Task G07_It_needs_both_rights_tells_where_the_seals_stand_and_ends_when_a_right_is_lost()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, grace, heidi) = (await portal.Given(Alice), await portal.Given(Grace), await portal.Given(Heidi));
        await portal.Run(async (UserAdminDbContext db) =>
        {
            var head = await db.AuditHeads.SingleAsync(h => h.Stream == AuditStream.Legal, Cancel);
            (head.SealId, head.Seq, head.Hash) = (7, 120, [.. Enumerable.Repeat((byte)0xab, 32)]);
            for (var i = 0; i < 8100; i++)
                db.Record(AuditAction.SignedIn, alice, null, portal.Clock.Now.AddSeconds(i));
            return await db.SaveChangesAsync(Cancel);
        });

        var refused = await portal.Run((IEnumerable<IExportList> lists) => Audit(lists).OpenAsync("{}", heidi, Cancel));
        var broken = await portal.Run((IEnumerable<IExportList> lists) => Audit(lists).OpenAsync("[]", grace, Cancel));
        var (facts, batches) = await portal.Run(async (IEnumerable<IExportList> lists) =>
        {
            var table = (await Audit(lists).OpenAsync("{}", grace, Cancel)).Value!;
            var read = 0;
            await foreach (var batch in table.Rows)
            {
                read += batch.Count;
                await portal.Run((UserAdminDbContext db) => db.RoleAssignments.Where(a => a.UserId == grace.UserId).ExecuteDeleteAsync(Cancel));
            }
            return (table.Facts, read);
        });

        Assert.Equal((ProblemKind.NotFound, ProblemKind.Invalid), (refused.Problem?.Kind, broken.Problem?.Kind));
        Assert.Contains(("Newest seal, Legal", $"7 over 120 events, hash {new string('a', 1)}b" + string.Concat(Enumerable.Repeat("ab", 31))), facts);
        Assert.Contains(("Newest seal, Routine", "none yet"), facts);
        Assert.Equal(4000, batches);
    }

    private static IExportList Audit(IEnumerable<IExportList> lists) => lists.Single(list => list.Name == AuditExport.ListName);

    private static Task<List<object?[]>> ReadAsync(TestPortal portal, AuditFilter filter, Actor actor) => portal.Run(async (IEnumerable<IExportList> lists) =>
    {
        var rows = new List<object?[]>();
        await foreach (var batch in (await Audit(lists).OpenAsync(ExportQuery.Write(filter), actor, Cancel)).Value!.Rows)
            rows.AddRange(batch);
        return rows;
    });

    private static async Task<List<string>> ListAsync(TestPortal portal, AuditFilter filter, Actor actor)
    {
        var ids = new List<string>();
        for (PageStart? start = PageStart.First; start is not null;)
        {
            var page = await portal.Run((AuditTrail trail) => trail.ListAsync(filter with { PageSize = 200 }, start, actor, Cancel));
            ids.AddRange(page.Rows.Select(row => row.Id.ToString()));
            start = page.Next is null ? null : new(After: page.Next);
        }
        return ids;
    }
}
