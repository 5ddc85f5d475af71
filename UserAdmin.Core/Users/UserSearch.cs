using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Users;

/// <summary>
/// Finds people by parts of their names, user name and email address through an index: FTS5 trigrams on SQLite, pg_trgm on PostgreSQL,
/// prefixes of the normalised columns on SQL Server and for single letters.
/// </summary>
internal static class UserSearch
{
    /// <summary>A list sorts and shows at most so many matches, the first that the index yields.</summary>
    public const int Limit = 2_000;

    private const int Trigram = 3;

    // Looking at so many people one by one takes less time than an index that finds people out of reach.
    private const int OneByOne = 20_000;

    extension(UserAdminDbContext db)
    {
        /// <summary>At most <paramref name="limit"/> users in whom every word occurs. The words are folded, see <c>Text.Fold</c>.</summary>
        public IQueryable<User> UsersMatching(IReadOnlyList<string> words, int limit)
        {
            var parts = words.Select(Indexed).OfType<string>().ToList();
            if (parts.Count == 0 || db is SqlServerUserAdminDbContext)
                return words.Aggregate(db.Users.AsQueryable(), StartingWith).Take(limit);

            var matching = db is SqliteUserAdminDbContext ? MatchingInSqlite(db, parts, limit) : MatchingInPostgres(db, parts, limit);
            return words.Where(word => Indexed(word)?.TrimStart() != word).Aggregate(matching, (users, word) => users.Where(u => u.SearchText.Contains(word)));
        }

        /// <summary>The same among the people whom the actor's permission reaches.</summary>
        public async Task<IQueryable<User>> UsersMatchingWithinAsync(IReadOnlyList<string> words, int limit, Actor actor, Permission permission, CancellationToken cancel)
        {
            if (actor.Access.ReachOf(permission).IsUnlimited)
                return db.UsersMatching(words, limit);
            var people = db.Users.MembersWithin(actor, permission, db);
            return await people.Take(OneByOne + 1).CountAsync(cancel) <= OneByOne
                ? people.MatchingEach(words).Take(limit)
                : db.UsersMatching(words, int.MaxValue).Within(actor, permission, db).Take(limit);
        }

        /// <summary>How many users the index finds, at most <paramref name="limit"/>; on SQLite without looking at a single one.</summary>
        public Task<int> CountMatchingAsync(IReadOnlyList<string> words, int limit, CancellationToken cancel)
        {
            var parts = words.Select(Indexed).OfType<string>().ToList();
            if (parts.Count == 0 || db is not SqliteUserAdminDbContext)
                return db.UsersMatching(words, limit).CountAsync(cancel);

            var phrase = Phrase(parts);
            return db.Database.SqlQuery<int>($"SELECT count(*) AS Value FROM (SELECT rowid FROM user_search_index WHERE text MATCH {phrase} LIMIT {limit})").SingleAsync(cancel);
        }
    }

    // What the index would find, asked of each person.
    internal static IQueryable<User> MatchingEach(this IQueryable<User> users, IReadOnlyList<string> words) =>
        words.Count == 0 ? users : words.All(word => Indexed(word) is null) ? words.Aggregate(users, StartingWith)
        : words.Select(word => word.Length == Trigram - 1 ? $" {word}" : word).Aggregate(users, (found, part) => found.Where(u => u.SearchText.Contains(part)));

    // What of a word the index is asked for. Two letters have no trigram, but with the space before them they do: they find beginnings.
    // Thousands share the domain of an address, so its letters would only slow the index down; the few found are looked at instead.
    private static string? Indexed(string word) => word.Length switch
    {
        < Trigram - 1 => null,
        Trigram - 1 => $" {word}",
        _ => word.IndexOf('@', StringComparison.Ordinal) is >= Trigram - 1 and var at ? word[..(at + 1)] : word,
    };

    private static string Phrase(List<string> parts) =>
        string.Join(" AND ", parts.Select(part => $"\"{part.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));

    // CROSS JOIN keeps SQLite from walking the users in the order of the list and asking the index about each.
    private static IQueryable<User> MatchingInSqlite(UserAdminDbContext db, List<string> parts, int limit)
    {
        var phrase = Phrase(parts);
        return db.Users.FromSql($"""
            SELECT u.* FROM (
                SELECT s.user_id FROM user_search_index i CROSS JOIN user_search s ON s.rowid = i.rowid
                WHERE i.text MATCH {phrase} LIMIT {limit}) m
            CROSS JOIN users u ON u.id = m.user_id
            """);
    }

    // MATERIALIZED keeps PostgreSQL from walking the primary key for an ORDER BY with LIMIT. One LIKE a word: the index can't read LIKE ALL.
    private static IQueryable<User> MatchingInPostgres(UserAdminDbContext db, List<string> parts, int limit)
    {
        var likes = string.Join(" AND ", parts.Select((_, place) => $"search_text LIKE {{{place}}}"));
        var values = parts.Select(object (part) => $"%{Escape(part)}%").Append(limit).ToArray();
        return db.Users.FromSql(FormattableStringFactory.Create(
            $"WITH m AS MATERIALIZED (SELECT * FROM users WHERE {likes} LIMIT {{{parts.Count}}}) SELECT * FROM m", values));
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
