using System.Data.Common;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Reports.Builder;

/// <summary>Gives a query that people put together so much time and no more, on every database.</summary>
internal static class QueryTime
{
    public static readonly Problem Over = new(ProblemKind.Busy, "report.too_long", "This takes too long. Choose fewer rows: a condition about time helps most.");

    // Which SQLitePCLRaw there is decides the driver, not this assembly: the method is looked up where the handle's type comes from.
    private static readonly PropertyInfo Handle = typeof(SqliteConnection).GetProperty("Handle")!;
    private static readonly MethodInfo Interrupt = Handle.PropertyType.Assembly.GetType("SQLitePCL.raw")!.GetMethod("sqlite3_interrupt", [Handle.PropertyType])!;

    /// <summary>The work leaves the caller's thread, because SQLite never yields. Its driver hears no token either: it is interrupted.</summary>
    public static async Task<Result<T>> LimitAsync<T>(UserAdminDbContext db, TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await db.Database.OpenConnectionAsync(cancel);
        try
        {
            timer.CancelAfter(limit);
            await using var stop = db.Database.GetDbConnection() is SqliteConnection connection ? timer.Token.Register(() => Interrupt.Invoke(null, [Handle.GetValue(connection)])) : default;
            return await Task.Run(() => work(timer.Token), timer.Token);
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or DbException && timer.IsCancellationRequested)
        {
            cancel.ThrowIfCancellationRequested();
            return Over;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }
}
