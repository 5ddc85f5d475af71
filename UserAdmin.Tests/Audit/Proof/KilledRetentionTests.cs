using System.Globalization;
using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Retention;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Audit.Verification;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;

namespace UserAdmin.Tests.Audit.Proof;

/// <summary>The real program, killed while it removes what is over its time.</summary>
public sealed class KilledRetentionTests
{
    private const int SealRows = 3_000, Mixed = 500;

    private static readonly string[] Old = [AuditAction.SignedIn.Code, AuditAction.TemplateSaved.Code];

    public static TheoryData<DatabaseProvider> Each => TestDatabase.Each;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Each))]
    public async Task J05_A_server_killed_while_it_removes_old_events_loses_nothing_else_and_ends_what_it_began(DatabaseProvider provider)
    {
        using var archive = new OwnFiles();
        await using var killing = await Killing.StartAsync(provider, ("Audit:ArchiveFolder", archive.Folder));
        var portal = killing.Portal;
        await killing.HurryAsync("audit.retention");
        var stocks = 0;

        for (var (round, hits) = (0, 0); hits < Killing.Rounds; round++)
        {
            if (await Count(portal, ToPrune) < 2)
                await Put(portal, stocks++);
            var (empty, prune, acts) = (await Count(portal, ToEmpty), await Count(portal, ToPrune), await Count(portal, Acts));
            await killing.KillOnceAsync(async db => (round % 4) switch
            {
                0 => Parts(archive).Length > 0 || await Acts(db) > acts,
                1 => await ToPrune(db) < prune,
                2 => await ToEmpty(db) < empty || await ToPrune(db) < prune,
                _ => await Acts(db) > acts,
            });
            if (await Count(portal, ToEmpty) + await Count(portal, ToPrune) > 0)
                hits++;
            await ProveAsync(portal);
        }
        var idle = await Count(portal, Idle);
        await killing.KillOnceAsync(async db => await Idle(db) > idle);
        await portal.Seal();

        await ProveAsync(portal);
        Assert.Equal((0, 0), (await Count(portal, ToEmpty), await Count(portal, ToPrune)));
        // What must stay is there, and of what stood among it a place is left.
        Assert.Equal(stocks * Mixed, (await portal.Events(AuditAction.UserEdited)).Count(e => e.Reason == "Stays"));
        Assert.Equal(stocks * Mixed, await portal.Run((UserAdminDbContext db) => db.AuditEvents.CountAsync(e => e.StubbedByEventId != null, Cancel)));
        await AddUpAsync(portal, archive);
    }

    // Two seals of each stream that go as a whole, and one of which every other event stays.
    private static async Task Put(TestPortal portal, int stock)
    {
        foreach (var (action, days) in new[] { (AuditAction.SignedIn, 500), (AuditAction.TemplateSaved, 100) })
            for (var seal = 0; seal < 2; seal++)
                await Put(SealRows, db => db.Record(action, Actor.System, new(Ids.New(), "Carol Cooper"), portal.Clock.Now.AddDays(-days), [new("City", "Berlin", "Kraków")], $"Stock {stock}"));
        await Put(Mixed, db =>
        {
            db.Record(AuditAction.SignedIn, Actor.System, new(Ids.New(), "Carol Cooper"), portal.Clock.Now.AddDays(-500));
            db.Record(AuditAction.UserEdited, Actor.System, new(Ids.New(), "Carol Cooper"), portal.Clock.Now.AddDays(-10), reason: "Stays");
        });

        async Task Put(int times, Action<UserAdminDbContext> record)
        {
            await portal.Run((UserAdminDbContext db) =>
            {
                for (var i = 0; i < times; i++)
                    record(db);
                return db.SaveChangesAsync(Cancel);
            });
            await portal.Seal();
        }
    }

    // The events that are there and those that were removed make up all that were ever sealed; an event tells of each removal, and an archive has what was removed.
    private static async Task AddUpAsync(TestPortal portal, OwnFiles archive)
    {
        Assert.Empty(Parts(archive));
        var archives = Directory.GetFiles(archive.Folder, "*.zip").Select(file => Path.GetFileNameWithoutExtension(file).Split('-')).ToList();
        Assert.All(Directory.GetFiles(archive.Folder, "*.zip"), file =>
        {
            using var zip = ZipFile.OpenRead(file);
            Assert.NotEmpty(zip.Entries);
        });
        var told = (await portal.Events(AuditAction.AuditPruned)).Select(e => (Guid?)e.Id).ToHashSet();
        foreach (var stream in Enum.GetValues<AuditStream>())
        {
            var seals = await portal.Run((UserAdminDbContext db) => db.AuditSeals.AsNoTracking().Where(s => s.Stream == stream).ToListAsync(Cancel));
            var pruned = seals.FindAll(seal => seal.PrunedByEventId is not null);
            var numbers = await portal.Numbers(stream);
            Assert.Equal(Enumerable.Range(1, seals.Sum(seal => seal.RowCount)).Select(n => (long)n), pruned.SelectMany(seal => Enumerable.Range(0, seal.RowCount).Select(i => seal.FirstSeq + i)).Concat(numbers).Order());
            Assert.All(pruned, seal => Assert.Contains(seal.PrunedByEventId, told));
            Assert.All(pruned, seal => Assert.Contains(archives, name => string.Equals(name[^4], $"{stream}", StringComparison.OrdinalIgnoreCase) && Number(name[^3]) <= seal.FirstSeq && Number(name[^2]) >= seal.FirstSeq + seal.RowCount - 1));
        }

        static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }

    private static async Task ProveAsync(TestPortal portal)
    {
        var report = (await portal.Run((AuditVerification verification) => verification.VerifyAsync(new(), Actor.System, null, Cancel))).Value!;
        Assert.True(report.IsGreen, report.ToText());
    }

    private static Task<int> Count(TestPortal portal, Func<UserAdminDbContext, Task<int>> what) => portal.Run(what);

    private static Task<int> ToEmpty(UserAdminDbContext db) => db.AuditEvents.CountAsync(e => Old.Contains(e.Action), Cancel);

    private static Task<int> ToPrune(UserAdminDbContext db) => db.AuditSeals.CountAsync(s => s.RowCount == SealRows && s.PrunedByEventId == null, Cancel);

    private static Task<int> Acts(UserAdminDbContext db) => db.AuditEvents.CountAsync(e => RetentionActs.Codes.Contains(e.Action), Cancel);

    // Runs that found nothing to do any more.
    private static Task<int> Idle(UserAdminDbContext db) => db.JobRuns.CountAsync(r => r.Job == "audit.retention" && r.Outcome == JobOutcome.Succeeded && r.Summary == "Nothing is over its time.", Cancel);

    private static string[] Parts(OwnFiles archive) => Directory.GetFiles(archive.Folder, "*.part");
}
