using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Support;

/// <summary>What stands in every table of a portal's database at one moment, row by row.</summary>
public sealed class DatabaseImage
{
    // What a request leaves that is refused: how many there were, and who tried what.
    private static readonly string[] Counters = ["request_counts", "sign_in_throttles"];
    private static readonly string[] Refusals = [AuditAction.AccessDenied.Code, AuditAction.SignInFailed.Code];

    private readonly HashSet<string> rows = [];

    private DatabaseImage() { }

    public static Task<DatabaseImage> TakeAsync(ITestPortal portal) => portal.Run(async (UserAdminDbContext db) =>
    {
        var cancel = TestContext.Current.CancellationToken;
        var image = new DatabaseImage();
        await db.Database.OpenConnectionAsync(cancel);
        foreach (var table in db.Model.GetRelationalModel().Tables.Where(table => !Counters.Contains(table.Name)))
            await image.ReadAsync(table, db, cancel);
        return image;
    });

    /// <summary>The rows that only one of the two has, without what refused requests leave.</summary>
    public IReadOnlyList<string> ChangesUntil(DatabaseImage later) =>
        [.. rows.Except(later.rows).Select(row => $"- {row}"), .. later.rows.Except(rows).Where(row => !IsRefusal(row)).Select(row => $"+ {row}")];

    private static bool IsRefusal(string row) => row.StartsWith("audit_events ", StringComparison.Ordinal) && Refusals.Any(code => row.Contains($" action={code} ", StringComparison.Ordinal));

    private async Task ReadAsync(ITable table, UserAdminDbContext db, CancellationToken cancel)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"SELECT * FROM {db.GetService<ISqlGenerationHelper>().DelimitIdentifier(table.Name, table.Schema)}";
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            rows.Add($"{table.Name} {string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => $"{reader.GetName(i)}={TextOf(reader, i)}"))} ");
    }

    private static string TextOf(DbDataReader reader, int column) => reader.GetValue(column) switch
    {
        byte[] bytes => Convert.ToHexString(bytes),
        DateTime instant => instant.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        var value => $"{value}",
    };
}
