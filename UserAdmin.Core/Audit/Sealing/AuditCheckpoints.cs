using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>
/// Signed statements of how far the log goes, which leave the portal: by mail, in a file that is only appended to, and as an event, so that it is forwarded. With one of
/// them a log that was cut, put back or written anew can be told.
/// </summary>
public sealed class AuditCheckpoints(UserAdminDbContext db, AuditKeys keys, AuditSealer sealer, CheckpointFile file, ComplianceMail mail, TimeProvider clock)
{
    /// <summary>Daily, after the empty seals.</summary>
    public async Task MakeAsync(JobLog log, CancellationToken cancel)
    {
        await sealer.SealSilenceAsync(log, cancel);
        var made = await MakeAsync(cancel);
        if (!made.Succeeded)
            throw new InvalidOperationException(made.Problem.Message);
        log.Conclude($"Checkpoints: {string.Join(", ", made.Value.Select(c => c.ShortFingerprint))}.");
    }

    /// <summary>Problems: not allowed, the key is lost, nothing is sealed yet.</summary>
    public async Task<Result<IReadOnlyList<CheckpointNote>>> MakeAsync(Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.AuditVerify) ? await SealAndMakeAsync(actor, cancel) : await db.DenyAsync(actor, Permission.AuditVerify, null, clock, cancel);

    /// <summary>Seals what waits and makes a checkpoint of each stream that has a seal. For the portal's own acts, such as removing old events.</summary>
    public Task<Result<IReadOnlyList<CheckpointNote>>> MakeAsync(CancellationToken cancel) => SealAndMakeAsync(Actor.System, cancel);

    /// <summary>The newest first.</summary>
    public async Task<Result<IReadOnlyList<AuditCheckpoint>>> ListAsync(int count, Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.AuditVerify)
            ? await db.AuditCheckpoints.AsNoTracking().OrderByDescending(c => c.MadeAt).ThenByDescending(c => c.Id).Take(count).ToListAsync(cancel)
            : await db.DenyAsync(actor, Permission.AuditVerify, null, clock, cancel);

    /// <summary>All of them as one text, the oldest first.</summary>
    public async Task<Result<string>> TextAsync(Actor actor, CancellationToken cancel) =>
        actor.Can(Permission.AuditVerify)
            ? string.Join('\n', await db.AuditCheckpoints.AsNoTracking().OrderBy(c => c.MadeAt).ThenBy(c => c.Id).Select(c => c.Note).ToListAsync(cancel))
            : await db.DenyAsync(actor, Permission.AuditVerify, null, clock, cancel);

    private async Task<Result<IReadOnlyList<CheckpointNote>>> SealAndMakeAsync(Actor actor, CancellationToken cancel)
    {
        if (await sealer.SealAsync(cancel) is { Succeeded: false } failed)
            return failed.Problem;
        var current = await keys.CurrentAsync(cancel);
        if (!current.Succeeded)
            return current.Problem;
        using var key = current.Value;
        var heads = await db.AuditHeads.AsNoTracking().Where(h => h.SealId > 0).OrderBy(h => h.Stream).ToListAsync(cancel);
        if (heads.Count == 0)
            return AuditProblems.NothingSealed;

        var now = clock.GetUtcNow();
        var notes = heads.ToDictionary(h => h.Stream, h => CheckpointNote.Sign(key.Origin(h.Stream), h.Seq, h.Hash, h.SealId, h.SealedUtcMicroseconds, key.Fingerprint, key.Key));
        // The file first: a checkpoint that is known elsewhere and not here is harmless, the other way round it would be missed.
        await file.AppendAsync(notes.Values, cancel);
        await db.WriteAsync(async () =>
        {
            foreach (var head in heads)
                db.AuditCheckpoints.Add(new() { Stream = head.Stream, SealId = head.SealId, Rows = head.Seq, Note = notes[head.Stream].ToString(), MadeAt = now });
            db.Record(AuditAction.AuditCheckpointMade, actor, new(null, string.Join(", ", notes.Values.Select(note => note.ShortFingerprint))), now,
                [.. notes.Select(note => new FieldChange($"{note.Key}", null, note.Value.ToString()))]);
            await mail.CheckpointAsync(notes, cancel);
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }, cancel);
        db.ChangeTracker.Clear();
        return notes.Values.ToList();
    }
}

/// <summary>The file that checkpoints of all tenants are appended to, outside of the database.</summary>
public sealed class CheckpointFile(IOptions<AuditSettings> settings)
{
    private const int Tries = 20;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    public string Path => System.IO.Path.GetFullPath(settings.Value.CheckpointFile);

    public async Task AppendAsync(IEnumerable<CheckpointNote> notes, CancellationToken cancel)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        var text = string.Concat(notes.Select(note => string.Create(CultureInfo.InvariantCulture, $"{note}\n")));
        for (var attempt = 1; ; attempt++)
            try
            {
                // Another server or tenant may be at it.
                await using var stream = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.Read);
                await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancel);
                stream.Flush(flushToDisk: true);
                return;
            }
            catch (IOException) when (attempt < Tries)
            {
                await Task.Delay(BetweenTries, cancel);
            }
    }

    public async Task<IReadOnlyList<CheckpointNote>> ReadAsync(CancellationToken cancel)
    {
        if (!File.Exists(Path))
            return [];
        await using var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return CheckpointNote.FindAll(await reader.ReadToEndAsync(cancel));
    }
}
