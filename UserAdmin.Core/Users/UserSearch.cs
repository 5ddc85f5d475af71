using System.Text;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Users;

/// <summary>
/// Finds people by parts of their names, user name and email address through an index: FTS5 trigrams on SQLite, pg_trgm on PostgreSQL,
/// prefixes of the normalised columns on SQL Server and for words of one or two letters, which have no trigram.
/// </summary>
internal static class UserSearch
{
    /// <summary>A list sorts and shows at most so many matches, the first that the index yields.</summary>
    public const int Limit = 5_000;

    private const int Trigram = 3;

    extension(UserAdminDbContext db)
    {
        /// <summary>At most <paramref name="limit"/> users in whom every word occurs. The words are folded, see <c>Text.Fold</c>.</summary>
        public IQueryable<User> UsersMatching(IReadOnlyList<string> words, int limit)
        {
            var indexed = words.Select(Telling).Where(part => part.Length >= Trigram).ToList();
            if (indexed.Count == 0 || db is SqlServerUserAdminDbContext)
                return words.Aggregate(db.Users.AsQueryable(), StartingWith).Take(limit);

            var matching = db is SqliteUserAdminDbContext ? MatchingInSqlite(db, indexed, limit) : MatchingInPostgres(db, indexed, limit);
            return words.Except(indexed).Aggregate(matching, (users, word) => users.Where(u => u.SearchText.Contains(word)));
        }
    }

    // Thousands share the domain of an address: reading the index for its letters would take longer than looking at what the rest finds.
    private static string Telling(string word) => word.IndexOf('@', StringComparison.Ordinal) is >= Trigram - 1 and var at ? word[..(at + 1)] : word;

    // CROSS JOIN keeps SQLite from walking the users in the order of the list and asking the index about each.
    private static IQueryable<User> MatchingInSqlite(UserAdminDbContext db, List<string> words, int limit)
    {
        var phrase = string.Join(" AND ", words.Select(word => $"\"{word.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
        return db.Users.FromSql($"""
            SELECT u.* FROM (
                SELECT s.user_id FROM user_search_index i CROSS JOIN user_search s ON s.rowid = i.rowid
                WHERE i.text MATCH {phrase} LIMIT {limit}) m
            CROSS JOIN users u ON u.id = m.user_id
            """);
    }

    // MATERIALIZED keeps PostgreSQL from walking the primary key for an ORDER BY with LIMIT.
    private static IQueryable<User> MatchingInPostgres(UserAdminDbContext db, List<string> words, int limit)
    {
        var patterns = words.Select(word => $"%{Escape(word)}%").ToArray();
        return db.Users.FromSql($"WITH m AS MATERIALIZED (SELECT * FROM users WHERE search_text LIKE ALL ({patterns}) LIMIT {limit}) SELECT * FROM m");
    }

    // As ranges, because no database reads an index for LIKE with a parameter.
    private static IQueryable<User> StartingWith(IQueryable<User> users, string word)
    {
        var end = word + char.MaxValue;
        return users.Where(u =>
            (string.Compare(u.SortName, word) >= 0 && string.Compare(u.SortName, end) < 0)
            || (string.Compare(u.NormalizedUserName, word) >= 0 && string.Compare(u.NormalizedUserName, end) < 0)
            || (string.Compare(u.NormalizedEmail, word) >= 0 && string.Compare(u.NormalizedEmail, end) < 0));
    }

    private static string Escape(string word)
    {
        var escaped = new StringBuilder(word.Length);
        foreach (var c in word)
            escaped.Append(c is '%' or '_' or '\\' ? "\\" : "").Append(c);
        return escaped.ToString();
    }
}
