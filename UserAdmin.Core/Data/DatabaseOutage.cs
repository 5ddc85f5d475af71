using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using UserAdmin.Core.Audit;

namespace UserAdmin.Core.Data;

/// <summary>
/// An event could not be written, so the change that it tells of didn't happen either (J07). Not a <see cref="DbUpdateException"/>: whoever expects one, because somebody else was
/// quicker, must not take this for that.
/// </summary>
public sealed class AuditNotWrittenException(DbUpdateException failure) : Exception("The audit event could not be written, so nothing was changed.", failure);

/// <summary>Tells a database that can't write now from faults of ours.</summary>
public static class DatabaseOutage
{
    /// <summary>Whether the failure means that nothing can be written at the moment; what was to be changed was not.</summary>
    public static bool IsBehind(Exception? failure) => failure is not null && (failure is AuditNotWrittenException || CannotWrite(failure) || IsBehind(failure.InnerException));

    /// <summary>Whether an event was among what could not be saved, and not because of what stood in it.</summary>
    internal static bool IsOfAudit(DbUpdateException failure) =>
        failure is not DbUpdateConcurrencyException && failure.Entries.Any(entry => entry.Entity is AuditEvent) && !IsCollision(failure.InnerException);

    // Somebody else was quicker, or took the row that this one belongs to.
    private static bool IsCollision(Exception? failure) => failure switch
    {
        SqliteException { SqliteExtendedErrorCode: 275 or 787 or 1299 or 1555 or 2067 } => true,
        PostgresException { SqlState: var state } => state.StartsWith("23", StringComparison.Ordinal) || state.StartsWith("40", StringComparison.Ordinal),
        SqlException { Number: 515 or 547 or 1205 or 2601 or 2627 } => true,
        _ => false,
    };

    // Busy, read-only, damaged or full; no connection, or no time left on it.
    private static bool CannotWrite(Exception failure) => failure switch
    {
        SqliteException { SqliteErrorCode: 5 or 6 or 8 or 10 or 11 or 13 or 14 } => true,
        PostgresException { SqlState: var state } => state is "25006" or "55P03" || state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException { IsTransient: true } => true,
        SqlException { Number: -2 or 53 or 1105 or 1222 or 3906 or 9002 } => true,
        _ => false,
    };
}
