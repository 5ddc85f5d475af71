using System.Globalization;
using Microsoft.Data.Sqlite;

namespace UserAdmin.Core.Backups;

/// <summary>A SQLite database as a file of its own: copied, and looked at.</summary>
public static class BackupFile
{
    /// <summary>What is not whole yet ends like this; nobody takes it for a backup.</summary>
    public const string Unfinished = ".part";

    /// <summary>
    /// Copies the database page by page as it is at this moment, while others go on reading and writing. What comes out is one file without a journal.
    /// </summary>
    public static void Copy(string source, string target)
    {
        using var from = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = source, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 60 }.ConnectionString);
        using var to = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = target, Pooling = false }.ConnectionString);
        from.Open();
        to.Open();
        from.BackupDatabase(to);
        Ask(to, "PRAGMA journal_mode=DELETE");
    }

    /// <summary>What SQLite says against the file, or null when it is a sound database.</summary>
    public static string? FindProblem(string file)
    {
        try
        {
            using var connection = Open(file);
            return Ask(connection, "PRAGMA quick_check(1)") is var answer && answer == "ok" ? null : answer;
        }
        catch (SqliteException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>The migrations that its shape has seen; empty when it is no database of this portal.</summary>
    public static IReadOnlyList<string> Migrations(string file)
    {
        using var connection = Open(file);
        if (Ask(connection, "SELECT count(*) FROM sqlite_master WHERE name IN ('__EFMigrationsHistory', 'users', 'audit_events')") != "3")
            return [];
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT MigrationId FROM __EFMigrationsHistory";
        using var reader = command.ExecuteReader();
        List<string> found = [];
        while (reader.Read())
            found.Add(reader.GetString(0));
        return found;
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static string? Ask(SqliteConnection connection, string question)
    {
        using var command = connection.CreateCommand();
        command.CommandText = question;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
