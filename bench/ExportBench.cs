using System.Diagnostics;
using Microsoft.Data.Sqlite;
using UserAdmin.Core.Exports;

namespace UserAdmin.Bench;

/// <summary>A million audit rows of twelve columns as files: the writers alone, then with reading from SQLite.</summary>
internal static class ExportBench
{
    private const int Rows = 1_000_000, Batch = 500;

    private static readonly ExportColumn[] Columns =
    [
        new("Number", "seq", CellKind.Number), new("Time", "at", CellKind.Instant), new("Who", "actor"), new("What", "action"), new("Category", "category"), new("Outcome", "outcome"),
        new("Target", "target"), new("Reason", "reason"), new("Changes", "changes"), new("Address", "address"), new("Session", "session_id"), new("Correlation", "correlation_id"),
    ];

    public static async Task MeasureAsync(string folder)
    {
        Report.Progress("Writing a million rows");
        var file = Path.Combine(folder, "exports.db");
        Prepare(file);
        var rows = new List<string[]>();
        foreach (var format in new[] { ExportFormat.Csv, ExportFormat.Excel, ExportFormat.Json })
        {
            await RunAsync(format, Made(200_000));
            rows.Add([$"{format}, the writer alone", .. await RunAsync(format, Made(Rows))]);
            rows.Add([$"{format}, read from SQLite", .. await RunAsync(format, Read(file))]);
        }
        Report.Line($"{Rows:N0} audit rows of {Columns.Length} columns, one process that reads on one thread and writes on another. Load of the machine: {Proc.LoadAverage()}.");
        Report.Line();
        Report.Table(["export", "rows a second", "CPU s", "MB grown by", "first byte ms", "MB"], rows);
        File.Delete(file);
    }

    private static async Task<string[]> RunAsync(ExportFormat format, IAsyncEnumerable<IReadOnlyList<object?[]>> rows)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var (before, peak) = (Environment.WorkingSet, 0L);
        using var watch = new Timer(_ => peak = Math.Max(peak, Environment.WorkingSet), null, 0, 20);
        using var output = new Counter();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        output.Since = clock;
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Zurich");
        var written = await ExportWriter.WriteAsync(new("Audit log", Columns, rows, [("Filter", "All")]), new(format, "Bench", DateTimeOffset.UtcNow, zone), output, null, CancellationToken.None);
        var seconds = clock.Elapsed.TotalSeconds;
        return [$"{written / seconds:N0}", $"{(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds:0.0}", $"{Math.Max(0, peak - before) / 1e6:N0}", $"{output.FirstAt:0}", $"{output.Bytes / 1e6:N0}"];
    }

    private static async IAsyncEnumerable<IReadOnlyList<object?[]>> Made(int count)
    {
        await Task.CompletedTask;
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < count; i += Batch)
            yield return [.. Enumerable.Range(i, Batch).Select(n => Row(n, start.AddMilliseconds(n * 1700L)))];
    }

    private static object?[] Row(int n, DateTimeOffset at) =>
    [
        (long)n, at, Names[n % Names.Length], "user.edited", "Users", n % 50 == 0 ? "Denied" : "Success", Names[(n + 7) % Names.Length], n % 10 == 0 ? "Asked for by the help desk" : null,
        n % 3 == 0 ? "Email: a@example.org → b@example.org; Phone: – → +41 44 555 01 01" : null, Addresses[n % Addresses.Length], Ids[n % Ids.Length], Ids[(n + 3) % Ids.Length],
    ];

    private static readonly string[] Names = [.. Enumerable.Range(0, 997).Select(i => $"First{i} Last{i * 7 % 991}")];
    private static readonly string[] Addresses = [.. Enumerable.Range(0, 251).Select(i => $"192.0.2.{i}")];
    private static readonly string[] Ids = [.. Enumerable.Range(0, 1009).Select(_ => Guid.NewGuid().ToString())];

    private static void Prepare(string file)
    {
        File.Delete(file);
        using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        Run(connection, "PRAGMA journal_mode=OFF; CREATE TABLE events (seq INTEGER PRIMARY KEY, at INTEGER, actor TEXT, action TEXT, category TEXT, outcome TEXT, target TEXT, reason TEXT, changes TEXT, address TEXT, session TEXT, correlation TEXT); BEGIN");
        using (var insert = connection.CreateCommand())
        {
            insert.CommandText = $"INSERT INTO events VALUES ({string.Join(',', Enumerable.Range(0, 12).Select(i => $"$p{i}"))})";
            for (var i = 0; i < 12; i++)
                insert.Parameters.AddWithValue($"$p{i}", DBNull.Value);
            for (var n = 0; n < Rows; n++)
            {
                var row = Row(n, DateTimeOffset.UnixEpoch.AddMilliseconds(1_767_225_600_000 + n * 1700L));
                for (var i = 0; i < 12; i++)
                    insert.Parameters[i].Value = row[i] is DateTimeOffset at ? at.ToUnixTimeMilliseconds() : row[i] ?? DBNull.Value;
                insert.ExecuteNonQuery();
            }
        }
        Run(connection, "COMMIT");
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static async IAsyncEnumerable<IReadOnlyList<object?[]>> Read(string file)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT * FROM events ORDER BY seq";
        await using var reader = await command.ExecuteReaderAsync();
        for (var more = true; more;)
        {
            var batch = new List<object?[]>(Batch);
            while (batch.Count < Batch && (more = reader.Read()))
            {
                var row = new object?[12];
                row[0] = reader.GetInt64(0);
                row[1] = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1));
                for (var i = 2; i < 12; i++)
                    row[i] = reader.IsDBNull(i) ? null : reader.GetString(i);
                batch.Add(row);
            }
            yield return batch;
        }
    }

    /// <summary>Takes what is written nowhere, and says when it began.</summary>
    private sealed class Counter : Stream
    {
        public Stopwatch? Since { get; set; }
        public long Bytes { get; private set; }
        public double FirstAt { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Bytes == 0 && buffer.Length > 0)
                FirstAt = Since!.Elapsed.TotalMilliseconds;
            Bytes += buffer.Length;
            return default;
        }

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => Bytes;
        public override long Position { get => Bytes; set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
