using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Tests.Audit;

namespace UserAdmin.Tests.Exports;

/// <summary>The real program, killed while it writes files.</summary>
public sealed class KilledExportsTests
{
    private const int Rows = 12_000;

    private static readonly string Query = ExportQuery.Write(new AuditFilter { Action = AuditAction.TemplateSaved.Code });

    public static TheoryData<DatabaseProvider> Each => TestDatabase.Each;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Each))]
    public async Task J3_A_server_killed_while_it_writes_files_leaves_no_half_ones_and_each_is_made_once(DatabaseProvider provider)
    {
        await using var killing = await Killing.StartAsync(provider, ("Policies:ExportPolicy:RowsAtOnce", "0"));
        var portal = killing.Portal;
        // Nobody may have more than three under way.
        Actor[] owners = [await portal.Given(Alice), await portal.Given(Bob)];
        await portal.Run((UserAdminDbContext db) =>
        {
            for (var i = 0; i < Rows; i++)
                db.Record(AuditAction.TemplateSaved, Actor.System, new(Ids.New(), $"Person {i}"), portal.Clock.Now, [], new('x', 400));
            return db.SaveChangesAsync(Cancel);
        });
        await portal.Seal();
        var all = new List<Guid>();

        for (var (round, hits) = (0, 0); hits < Killing.Rounds; round++)
        {
            var pieces = 1 + round % 3;
            var owner = owners[round % 2];
            Guid excel = await Begin(ExportFormat.Excel, owner), csv = await Begin(ExportFormat.Csv, owner);
            await killing.KillOnceAsync(async db => await db.ExportChunks.CountAsync(c => c.ExportId == csv, Cancel) >= pieces && !await db.Exports.AnyAsync(e => e.Id != csv && e.Id != excel && e.State != ExportState.Done, Cancel));
            if (await portal.Run((UserAdminDbContext db) => db.Exports.AnyAsync(e => e.State == ExportState.Running && db.ExportChunks.Any(c => c.ExportId == e.Id), Cancel)))
                hits++;
        }
        await killing.KillOnceAsync(db => db.Exports.AllAsync(e => e.State == ExportState.Done, Cancel));

        var exports = await portal.Run((UserAdminDbContext db) => db.Exports.AsNoTracking().ToListAsync(Cancel));
        Assert.Equal(all.Order(), exports.Select(e => e.Id).Order());
        Assert.Equal(exports.Sum(e => (e.Bytes + ExportChunk.Size - 1) / ExportChunk.Size), await portal.Run((UserAdminDbContext db) => db.ExportChunks.CountAsync(Cancel)));
        Assert.True(exports.Sum(e => e.Attempts) > exports.Count);
        Assert.Equal(exports.Select(e => (Guid?)e.Id).Order(), (await portal.Events(AuditAction.ExportMade)).Where(e => e.Outcome == AuditOutcome.Success).Select(e => e.TargetId).Order());
        var tables = new HashSet<string>();
        foreach (var export in exports)
            tables.Add(await TableOf(export));
        // Whatever a file went through, it is the same as those that nothing happened to.
        Assert.Equal(2, tables.Count);

        async Task<Guid> Begin(ExportFormat format, Actor owner)
        {
            var begun = await portal.Run((ExportService service) => service.BeginAsync(new(AuditExport.ListName, format, Query, "UTC"), owner, Cancel));
            Assert.Null(begun.Problem);
            all.Add(begun.Value!.BackgroundId!.Value);
            return all[^1];
        }

        // Its fingerprint, after it was found to be whole.
        async Task<string> TableOf(Export export)
        {
            var pieces = await portal.Run((UserAdminDbContext db) => db.ExportChunks.AsNoTracking().Where(c => c.ExportId == export.Id).OrderBy(c => c.Number).ToListAsync(Cancel));
            byte[] file = [.. pieces.SelectMany(piece => piece.Content)];
            Assert.Equal((export.Bytes, export.Rows), (file.LongLength, (long)Rows));
            if (export.Format == ExportFormat.Csv)
            {
                Assert.Equal(Rows + 1, Encoding.UTF8.GetString(file).Split("\r\n").Length - 1);
                return Convert.ToHexString(SHA256.HashData(file));
            }
            await using var zip = new ZipArchive(new MemoryStream(file));
            using var sheet = new StreamReader(await zip.GetEntry("xl/worksheets/sheet2.xml")!.OpenAsync(Cancel));
            var xml = await sheet.ReadToEndAsync(Cancel);
            Assert.Equal(Rows + 1, xml.Split("<row r=\"").Length - 1);
            return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(xml)));
        }
    }
}
