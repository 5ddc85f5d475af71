using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Exports;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Audit;

/// <summary>The audit log as a file. The query is an <see cref="AuditFilter"/> as JSON.</summary>
public sealed class AuditExport(UserAdminDbContext db, AccessEvaluator evaluator) : IExportList
{
    public const string ListName = "audit";

    private const int Batch = 4000;

    private static readonly ExportColumn[] Columns =
    [
        new("Time", "time", CellKind.Instant), new("What happened", "title", Width: 28), new("Action", "action", Width: 28), new("Category", "category", Width: 14), new("Outcome", "outcome", Width: 10),
        new("Done by", "actor"), new("In their name", "impersonator"), new("Done to", "target"), new("Reason", "reason", Width: 30), new("Changes", "changes", Width: 50), new("Address", "address", Width: 16),
        new("Stream", "stream", Width: 10), new("Number", "seq", CellKind.Number, 12), new("Note", "note", Width: 22), new("Event", "id", Width: 38),
    ];

    private static readonly string[] Categories = Names<AuditCategory>(), Outcomes = Names<AuditOutcome>(), Streams = Names<AuditStream>();

    public string Name => ListName;

    public async Task<Result<ExportTable>> OpenAsync(string query, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.AuditView) || !actor.Can(Permission.AuditExport))
            return ExportProblems.ListNotFound;
        if (ExportQuery.Read<AuditFilter>(query) is not { } filter)
            return ExportProblems.BadQuery;
        return new ExportTable("Audit log", Columns, ReadAsync(filter, actor, cancel), await FactsAsync(filter, cancel)) { ExpectedRows = await ExpectedAsync(filter, cancel) };
    }

    // Batch by batch along the index, each as long as the actor may still see it, with the provider's own reader: it makes no more of a row than its cells.
    private async IAsyncEnumerable<IReadOnlyList<object?[]>> ReadAsync(AuditFilter filter, Actor actor, [EnumeratorCancellation] CancellationToken cancel)
    {
        var with = filter.WithId is { } id ? await db.AuditEvents.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id, cancel) : null;
        for (AuditMark? mark = null; await MayStillAsync(actor, cancel);)
        {
            var events = db.AuditEvents.AsNoTracking().Matching(filter, with);
            if (mark is { } last)
                events = events.Beyond(last, backwards: false);
            var rows = new List<(AuditMark Mark, object?[] Cells)>(Batch);
            var parts = events.PartsOf(filter);
            foreach (var part in parts)
                await ReadAsync(part.InOrder().Take(Batch), rows, cancel);
            if (parts.Length > 1)
                rows = [.. rows.OrderByDescending(row => row.Mark.UtcMicroseconds).ThenByDescending(row => row.Mark.Id).Take(Batch)];
            yield return rows.ConvertAll(row => row.Cells);
            if (rows.Count < Batch)
                yield break;
            mark = rows[^1].Mark;
        }
    }

    private async Task<bool> MayStillAsync(Actor actor, CancellationToken cancel)
    {
        if (actor.UserId is not { } userId)
            return true;
        var access = await evaluator.EvaluateAsync(userId, cancel);
        return access.Can(Permission.AuditView) && access.Can(Permission.AuditExport);
    }

    private async Task ReadAsync(IQueryable<AuditEvent> events, List<(AuditMark, object?[])> rows, CancellationToken cancel)
    {
        var cells = events.Select(e => new
        {
            e.UtcMicroseconds,
            e.Id,
            e.Action,
            Category = (int)e.Category,
            Outcome = (int)e.Outcome,
            e.ActorName,
            e.ImpersonatorName,
            e.TargetName,
            e.Reason,
            e.Changes,
            e.Address,
            Stream = (int)e.Stream,
            e.Seq,
            Note = e.StubbedByEventId != null ? 1 : e.ActorCommitment != null && (e.ActorSalt == null || e.TargetSalt == null) ? 2 : 0,
        });
        await db.Database.OpenConnectionAsync(cancel);
        try
        {
            await using var command = cells.CreateDbCommand();
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
                rows.Add(Row(reader));
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private static (AuditMark, object?[]) Row(DbDataReader reader)
    {
        var (mark, action) = (new AuditMark(reader.GetInt64(0), reader.GetGuid(1)), reader.GetString(2));
        var known = AuditAction.Find(action);
        return (mark,
        [
            AuditRecording.FromMicroseconds(mark.UtcMicroseconds), known?.Title, known?.Code ?? action, NameOf(Categories, reader, 3), NameOf(Outcomes, reader, 4),
            reader.GetString(5), Text(reader, 6), Text(reader, 7), Text(reader, 8), Changes(Text(reader, 9)), Text(reader, 10),
            NameOf(Streams, reader, 11), reader.IsDBNull(12) ? null : reader.GetInt64(12), reader.GetInt32(13) switch { 1 => "Removed after its time", 2 => "Personal data erased", _ => null }, mark.Id.ToString(),
        ]);
    }

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static string? NameOf(string[] names, DbDataReader reader, int column) => reader.GetInt32(column) is var number && number < names.Length ? names[number] : null;

    private static string? Changes(string? json) =>
        json is null ? null : string.Join("; ", FieldChange.FromJson(json).Select(change => $"{change.Field}: {change.Before ?? "–"} → {change.After ?? "–"}"));

    private static string[] Names<T>() where T : struct, Enum =>
        [.. Enumerable.Range(0, Enum.GetValues<T>().Max(value => Convert.ToInt32(value, CultureInfo.InvariantCulture)) + 1).Select(number => Enum.GetName((T)Enum.ToObject(typeof(T), number)) ?? "")];

    private async Task<long?> ExpectedAsync(AuditFilter filter, CancellationToken cancel)
    {
        if (filter.IsOfFew)
            return null;
        var first = AuditRecording.ToMicroseconds(filter.From ?? DateTimeOffset.UnixEpoch) / AuditCount.SlotMicroseconds;
        var last = filter.To is { } to ? AuditRecording.ToMicroseconds(to) / AuditCount.SlotMicroseconds : int.MaxValue;
        var counts = db.AuditCounts.Where(c => c.Slot >= first && c.Slot < last);
        if (filter.Actions is { } actions)
            counts = counts.Where(c => actions.Contains(c.Action));
        if (filter.Outcome is { } outcome)
            counts = counts.Where(c => c.Outcome == outcome);
        return await counts.SumAsync(c => (long)c.Count, cancel);
    }

    private async Task<IReadOnlyList<(string, string)>> FactsAsync(AuditFilter filter, CancellationToken cancel)
    {
        List<(string, string)> facts = [];
        void Add(string name, string? value)
        {
            if (value is not null)
                facts.Add((name, value));
        }
        async Task<string?> PersonAsync(Guid? id) =>
            id is null ? null : await db.Users.Where(u => u.Id == id).Select(u => u.FirstName + " " + u.LastName).SingleOrDefaultAsync(cancel) is { } name ? $"{name.Trim()} ({id})" : $"{id}";

        Add("From", filter.From?.UtcDateTime.ToString("u", CultureInfo.InvariantCulture));
        Add("Until", filter.To?.UtcDateTime.ToString("u", CultureInfo.InvariantCulture));
        Add("Done by", await PersonAsync(filter.ActorId));
        Add("Done to", await PersonAsync(filter.TargetId));
        Add("Done by or to", await PersonAsync(filter.AboutId));
        Add("Action", filter.Action);
        Add("Category", filter.Category?.ToString());
        Add("Tag", filter.Tag?.ToString());
        Add("Outcome", filter.Outcome?.ToString());
        Add("Address", filter.Address);
        Add("Session", filter.SessionId?.ToString());
        Add("Together with", filter.WithId?.ToString());
        Add("Order", "Newest first");
        foreach (var head in await db.AuditHeads.AsNoTracking().OrderBy(head => head.Stream).ToListAsync(cancel))
            Add($"Newest seal, {head.Stream}", head.SealId == 0 ? "none yet" : string.Create(CultureInfo.InvariantCulture, $"{head.SealId} over {head.Seq} events, hash {Convert.ToHexStringLower(head.Hash)}"));
        if (await db.AuditKeys.AsNoTracking().OrderByDescending(key => key.ValidFromMicroseconds).FirstOrDefaultAsync(cancel) is { } newest)
            Add("Fingerprint of the sealing key", AuditFormat.Fingerprint(newest.PublicKey));
        return facts;
    }
}
