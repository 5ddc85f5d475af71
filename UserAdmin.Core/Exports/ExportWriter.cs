using System.Threading.Channels;

namespace UserAdmin.Core.Exports;

/// <summary>Who takes a table out, when, as what, and in which zone they read times.</summary>
public sealed record ExportOrder(ExportFormat Format, string By, DateTimeOffset At, TimeZoneInfo Zone)
{
    /// <summary>A page holds few rows and a document many pages: beyond so many rows a PDF says that it is cut.</summary>
    public int MostPdfRows { get; init; } = 5000;

    /// <summary>The font of PDFs; found among the system's when null.</summary>
    public string? Font { get; init; }
}

/// <summary>One format: rows go in, bytes come out of the buffer.</summary>
internal abstract class TableFile(ExportTable table, ExportOrder order) : IDisposable
{
    public FileBuffer Output { get; } = new();

    protected ExportTable Table { get; } = table;

    protected ExportOrder Order { get; } = order;

    protected LocalTime Local { get; } = new(order.Zone);

    public abstract void Begin();

    /// <summary>False when the format takes no more rows.</summary>
    public abstract bool Write(object?[] row);

    public abstract void End(long rows);

    public virtual void Dispose() => Output.Dispose();
}

/// <summary>Writes any table in any format. Memory stays the same for any number of rows, PDFs excepted, which are limited.</summary>
public static class ExportWriter
{
    private const int SendAt = 48 * 1024;

    /// <summary>Rows are read on one thread and written on another. Gives back how many were written.</summary>
    /// <param name="progress">Told how many rows are done, after each batch.</param>
    public static async Task<long> WriteAsync(ExportTable table, ExportOrder order, Stream output, Func<long, ValueTask>? progress, CancellationToken cancel)
    {
        using var file = FileFor(table, order);
        file.Begin();
        var batches = Channel.CreateBounded<IReadOnlyList<object?[]>>(new BoundedChannelOptions(4) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.Run(() => ReadAsync(table, batches.Writer, stop.Token), CancellationToken.None);
        var (rows, isFirst, isFull) = (0L, true, false);
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(cancel))
            {
                foreach (var row in batch)
                {
                    if (isFull = !file.Write(row))
                        break;
                    rows++;
                }
                // The first bytes leave as soon as there are any, so that whoever waits sees that it has begun.
                if (file.Output.Count >= SendAt || (isFirst && file.Output.Count > 0))
                    await file.Output.SendAsync(output, cancel);
                isFirst = false;
                if (progress is not null)
                    await progress(rows);
                if (isFull)
                    break;
            }
            if (!isFull)
                await reading;
            file.End(rows);
            await file.Output.SendAsync(output, cancel);
            await output.FlushAsync(cancel);
            return rows;
        }
        finally
        {
            // What is read belongs to whoever called: nothing reads on when this has ended.
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public static string ExtensionOf(ExportFormat format) => format switch { ExportFormat.Excel => "xlsx", ExportFormat.Csv => "csv", ExportFormat.Json => "json", _ => "pdf" };

    public static string ContentTypeOf(ExportFormat format) => format switch
    {
        ExportFormat.Excel => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ExportFormat.Csv => "text/csv; charset=utf-8",
        ExportFormat.Json => "application/json",
        _ => "application/pdf",
    };

    private static TableFile FileFor(ExportTable table, ExportOrder order) => order.Format switch
    {
        ExportFormat.Excel => new ExcelFile(table, order),
        ExportFormat.Csv => new CsvFile(table, order),
        ExportFormat.Json => new JsonFile(table, order),
        _ => new PdfFile(table, order),
    };

    private static async Task ReadAsync(ExportTable table, ChannelWriter<IReadOnlyList<object?[]>> batches, CancellationToken cancel)
    {
        try
        {
            await foreach (var batch in table.Rows.WithCancellation(cancel))
                if (batch.Count > 0)
                    await batches.WriteAsync(batch, cancel);
            batches.Complete();
        }
        catch (Exception failure)
        {
            batches.Complete(failure);
            throw;
        }
    }
}
