using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit.Retention;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Data;
using UserAdmin.Core.Settings;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Audit.Proof;

/// <summary>
/// Writes the zip. Events are read a few seals at a time, each time in one query, while others seal, empty and remove: events come before the seals and the stream legal last, so
/// whatever is found removed is told of further back in the file.
/// </summary>
public sealed class ProofWriter(UserAdminDbContext db, CurrentTenant tenant, AuditKeys keys, Policies policies)
{
    private const int SealsAtOnce = 500, RowsAtOnce = 10_000;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly string[] Verifiers = ["verify.html", "verify.py", "README.txt"];

    public async Task WriteAsync(ProofPlan plan, Stream output, IProgress<long>? progress, CancellationToken cancel)
    {
        await using var zip = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancel);
        foreach (var name in Verifiers)
            await AddAsync(zip, name, stream => CopyResourceAsync(name, stream, cancel), cancel);
        IReadOnlyList<SealRun> runs = [];
        await AddAsync(zip, "events.ndjson", async stream => runs = await WriteEventsAsync(plan, stream, progress, cancel), cancel);
        await AddAsync(zip, "seals.json", stream => WriteSealsAsync(runs, stream, cancel), cancel);
        await AddAsync(zip, "keys.json", stream => WriteKeysAsync(stream, cancel), cancel);
        await AddAsync(zip, "checkpoints.txt", stream => WriteCheckpointsAsync(plan, runs, stream, cancel), cancel);
        await AddAsync(zip, "policy.json", stream => WritePolicyAsync(plan, stream, cancel), cancel);
    }

    private static async Task AddAsync(ZipArchive zip, string name, Func<Stream, Task> write, CancellationToken cancel)
    {
        await using var stream = await zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancel);
        await write(stream);
    }

    private static async Task CopyResourceAsync(string name, Stream output, CancellationToken cancel)
    {
        await using var resource = typeof(ProofWriter).Assembly.GetManifestResourceStream($"proof.{name}")!;
        await resource.CopyToAsync(output, cancel);
    }

    /// <summary>Gives back which seals were written.</summary>
    private async Task<IReadOnlyList<SealRun>> WriteEventsAsync(ProofPlan plan, Stream output, IProgress<long>? progress, CancellationToken cancel)
    {
        var (written, runs) = (0L, new List<SealRun>());
        foreach (var stream in Enum.GetValues<AuditStream>())
            for (var run = await NextRunAsync(plan, stream, 0, cancel); run is not null; run = await NextRunAsync(plan, stream, run.Last, cancel))
            {
                for (var after = run.First - 1; after < run.Last;)
                {
                    var seals = Few(await SealsAsync(run.Stream, after, run.Last, cancel));
                    if (seals.Count == 0)
                        break;
                    written += await WriteAsync(seals, output, cancel);
                    progress?.Report(written);
                    after = seals[^1].SealId;
                }
                if (runs.Count > 0 && runs[^1] is var last && last.Stream == stream && last.Last + 1 == run.First)
                    runs[^1] = last with { Last = run.Last };
                else
                    runs.Add(run);
            }
        return runs;
    }

    // What was asked for and, of a stream that tells of removals, the seals with such events: also those that were made meanwhile.
    private async Task<SealRun?> NextRunAsync(ProofPlan plan, AuditStream stream, long after, CancellationToken cancel)
    {
        var planned = plan.Runs.SingleOrDefault(run => run.Stream == stream && run.Last > after);
        if (stream != AuditStream.Legal)
            return planned;
        var codes = RetentionActs.Codes;
        var telling = await db.AuditEvents.Where(e => codes.Contains(e.Action) && e.Stream == stream && e.SealId > after).MinAsync(e => e.SealId, cancel);
        if (planned is not null && (telling is null || planned.First <= telling))
            return planned.First > after ? planned : planned with { First = after + 1 };
        // Of everything there is no part, so what came between is taken along.
        return telling is { } id ? new(stream, plan.Range.IsEverything ? after + 1 : id, id) : null;
    }

    private Task<List<AuditSeal>> SealsAsync(AuditStream stream, long after, long last, CancellationToken cancel) =>
        db.AuditSeals.AsNoTracking().Where(s => s.Stream == stream && s.SealId > after && s.SealId <= last).OrderBy(s => s.SealId).Take(SealsAtOnce).ToListAsync(cancel);

    private static List<AuditSeal> Few(List<AuditSeal> seals)
    {
        var rows = 0L;
        return [.. seals.TakeWhile((seal, i) => (rows += seal.RowCount) <= RowsAtOnce || i == 0)];
    }

    private async Task<int> WriteAsync(List<AuditSeal> seals, Stream output, CancellationToken cancel)
    {
        var (stream, first, last) = (seals[0].Stream, seals[0].FirstSeq, seals[^1].FirstSeq + seals[^1].RowCount - 1);
        var events = await AuditEvent.ReadAsync(db, rows => rows.Where(e => e.Stream == stream && e.Seq >= first && e.Seq <= last).OrderBy(e => e.Seq), cancel);
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        await using var json = new Utf8JsonWriter(buffer, Compact);
        foreach (var e in events)
        {
            ProofJson.Write(json, e);
            await EndLineAsync(json, buffer, output, cancel);
        }
        await output.WriteAsync(buffer.WrittenMemory, cancel);
        return events.Count;
    }

    private async Task WriteSealsAsync(IReadOnlyList<SealRun> runs, Stream output, CancellationToken cancel)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        await using var json = new Utf8JsonWriter(buffer, Compact);
        buffer.Write("["u8);
        var separator = "\n"u8.ToArray();
        foreach (var run in runs)
            for (var after = run.First - 1; after < run.Last;)
            {
                var seals = await SealsAsync(run.Stream, after, run.Last, cancel);
                if (seals.Count == 0)
                    break;
                foreach (var seal in seals)
                {
                    buffer.Write(separator);
                    separator = ",\n"u8.ToArray();
                    ProofJson.Write(json, seal);
                    json.Flush();
                    json.Reset();
                }
                await output.WriteAsync(buffer.WrittenMemory, cancel);
                buffer.ResetWrittenCount();
                after = seals[^1].SealId;
            }
        buffer.Write("\n]\n"u8);
        await output.WriteAsync(buffer.WrittenMemory, cancel);
    }

    private static async ValueTask EndLineAsync(Utf8JsonWriter json, ArrayBufferWriter<byte> buffer, Stream output, CancellationToken cancel)
    {
        json.Flush();
        json.Reset();
        buffer.Write("\n"u8);
        if (buffer.WrittenCount < 1 << 15)
            return;
        await output.WriteAsync(buffer.WrittenMemory, cancel);
        buffer.ResetWrittenCount();
    }

    private async Task WriteKeysAsync(Stream output, CancellationToken cancel)
    {
        await using var json = new Utf8JsonWriter(output, Compact);
        json.WriteStartArray();
        foreach (var key in await db.AuditKeys.AsNoTracking().OrderBy(k => k.ValidFromMicroseconds).ToListAsync(cancel))
            ProofJson.Write(json, key);
        json.WriteEndArray();
        await json.FlushAsync(cancel);
    }

    // Of everything also those that the log doesn't reach any more: they tell that its end was cut off.
    private async Task WriteCheckpointsAsync(ProofPlan plan, IReadOnlyList<SealRun> runs, Stream output, CancellationToken cancel)
    {
        var checkpoints = db.AuditCheckpoints.AsNoTracking().Where(c => c.MadeAt <= plan.MadeAt).OrderBy(c => c.MadeAt).ThenBy(c => c.Id);
        await foreach (var checkpoint in checkpoints.AsAsyncEnumerable().WithCancellation(cancel))
            if (plan.Range.IsEverything || runs.Any(run => run.Stream == checkpoint.Stream && run.First <= checkpoint.SealId && checkpoint.SealId <= run.Last))
                await output.WriteAsync(Encoding.UTF8.GetBytes(checkpoint.Note.TrimEnd('\n') + "\n\n"), cancel);
    }

    private async Task WritePolicyAsync(ProofPlan plan, Stream output, CancellationToken cancel)
    {
        var waiting = db.AuditEvents.Where(e => e.Seq == null);
        var (count, oldest) = (await waiting.CountAsync(cancel), await waiting.MinAsync(e => (long?)e.UtcMicroseconds, cancel));
        var retention = await policies.GetAsync<AuditRetentionPolicy>(cancel);
        await JsonSerializer.SerializeAsync(output, new
        {
            installation = (await keys.InstallationAsync(cancel)).ToString(),
            tenant = tenant.Tenant.Name,
            made_at = AuditRecording.ToMicroseconds(plan.MadeAt),
            days = AuditRetentionPolicy.Categories.ToDictionary(category => category.ToString(), retention.DaysOf),
            range = plan.Range.IsEverything ? null : plan.Range.ToString(),
            unsealed = new { count, oldest },
        }, cancellationToken: cancel);
    }
}
