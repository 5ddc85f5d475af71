using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Seeding;

/// <summary>Writes many rows. This one does it as everybody does, chunk by chunk through the change tracker; derived ones know a faster way into their database.</summary>
internal class BulkLoad(UserAdminDbContext db, SeedProgress progress) : IAsyncDisposable
{
    private readonly List<string> toMake = [];

    protected UserAdminDbContext Db => db;

    public static BulkLoad Into(UserAdminDbContext db, SeedProgress progress) => db switch
    {
        SqliteUserAdminDbContext => new SqliteBulkLoad(db, progress),
        PostgresUserAdminDbContext => new PostgresBulkLoad(db, progress),
        _ => new BulkLoad(db, progress),
    };

    /// <summary>Opens the connection, before the transaction.</summary>
    public virtual Task OpenAsync(CancellationToken cancel) => db.Database.OpenConnectionAsync(cancel);

    /// <summary>
    /// Drops what is quicker made anew after so many rows than kept up with every row. That happens in the rows' transaction,
    /// so a seed that dies leaves all of it in place.
    /// </summary>
    public virtual Task SetAsideAsync(int users, int events, CancellationToken cancel) => Task.CompletedTask;

    public virtual async Task InsertAsync<TEntity>(IEnumerable<TEntity> rows, CancellationToken cancel) where TEntity : class
    {
        foreach (var chunk in rows.Chunk(1000))
        {
            db.AddRange(chunk);
            await db.SaveChangesAsync(cancel);
            db.ChangeTracker.Clear();
        }
    }

    /// <summary>Makes again what was set aside.</summary>
    public virtual async Task PutBackAsync(CancellationToken cancel)
    {
        for (var i = 0; i < toMake.Count; i++)
        {
            progress.Say($"{i} of {toMake.Count} indexes are made.");
            await RunAsync(toMake[i], cancel);
        }
    }

    /// <summary>Tells the database's planner about the new rows, after the transaction.</summary>
    public virtual Task AnalyzeAsync(CancellationToken cancel) => Task.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        await db.Database.CloseConnectionAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Drops the things of the query, whose columns are the SQL to drop one and the SQL to make it.</summary>
    protected async Task DropAsync(string query, CancellationToken cancel)
    {
        var found = await db.Database.SqlQueryRaw<Thing>(query).ToListAsync(cancel);
        foreach (var thing in found)
            await RunAsync(thing.ToDrop, cancel);
        toMake.AddRange(found.Select(thing => thing.ToMake));
    }

    protected Task<long> NumberAsync(string query, CancellationToken cancel) => db.Database.SqlQueryRaw<long>(query).SingleAsync(cancel);

    /// <summary>Whether making the indexes of all rows anew costs less than adding these rows to them.</summary>
    protected static bool IsMuch(int added, long present) => added > present / 4;

    protected async Task RunAsync(string sql, CancellationToken cancel)
    {
        await using var command = Command(sql);
        await command.ExecuteNonQueryAsync(cancel);
    }

    protected DbCommand Command(string sql)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
        command.CommandText = sql;
        command.CommandTimeout = 0;
        return command;
    }

    protected string TableOf<TEntity>() => db.Model.FindEntityType(typeof(TEntity))!.GetTableName()!;

    protected IReadOnlyList<Column> ColumnsOf<TEntity>() =>
        [.. db.Model.FindEntityType(typeof(TEntity))!.GetProperties().Select(property => new Column(property))];

    private sealed record Thing(string ToDrop, string ToMake);

    /// <summary>A column as EF writes it.</summary>
    protected sealed class Column(IProperty property)
    {
        private readonly IClrPropertyGetter getter = property.GetGetter();
        private readonly Func<object?, object?>? convert = property.GetTypeMapping().Converter?.ConvertToProvider;

        public string Name { get; } = property.GetColumnName();

        public object? Of(object row)
        {
            var value = getter.GetClrValueUsingContainingEntity(row);
            return convert is null || value is null ? value : convert(value);
        }
    }
}
