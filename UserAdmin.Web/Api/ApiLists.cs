using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using UserAdmin.Core.Common;

namespace UserAdmin.Web.Api;

/// <summary>A page of a list. <paramref name="Count"/> is null where counting would cost more than the page.</summary>
internal sealed record Paged<T>(long? Count, string? Next, string? Previous, IReadOnlyList<T> Results);

/// <summary>What every list takes.</summary>
internal sealed class ListQuery
{
    public const int LargestPage = 200, FurthestRow = 10_000, LongestText = 200;

    [FromQuery(Name = "page"), Description("The number of the page, from 1. Only the first 10,000 rows are reached this way; go on with `cursor`.")]
    public int? Page { get; set; }

    [FromQuery(Name = "page_size"), Description("Rows on a page, 1 to 200; 10 by default.")]
    public int? PageSize { get; set; }

    [FromQuery(Name = "cursor"), Description("Where a page starts: taken from `next` and `previous` of another page, or `end` for the last one. Costs the same at every depth.")]
    public string? Cursor { get; set; }

    [FromQuery(Name = "search"), Description("Words that must occur.")]
    public string? Search { get; set; }

    [FromQuery(Name = "ordering"), Description("A field to sort by, with `-` in front for the other direction.")]
    public string? Ordering { get; set; }

    public int Size => PageSize ?? 10;

    /// <summary>The field of <see cref="Ordering"/> without its direction, and whether it is descending.</summary>
    public (string? Field, bool Descending) Order => Ordering is null or "" ? (null, false) : (Ordering.TrimStart('-'), Ordering.StartsWith('-'));

    public PageStart Start => Cursor switch
    {
        "end" => new(AtEnd: true),
        ['a', '.', .. var after] => new(After: after),
        ['b', '.', .. var before] => new(Before: before),
        _ => new() { Skip = ((Page ?? 1) - 1) * Size },
    };

    /// <summary>Null when the list can be read like this, else 400. <paramref name="orderings"/> are the fields it can be sorted by.</summary>
    public IResult? Refuse(HttpContext http, params ReadOnlySpan<string> orderings) =>
        Size is < 1 or > LargestPage ? ApiAnswers.Invalid(http, "page_size", $"Choose 1 to {LargestPage}.")
        : Page is < 1 || (Page - 1L) * Size >= FurthestRow ? ApiAnswers.Invalid(http, "page", $"Pages begin at 1 and reach {FurthestRow} rows; use the cursor of `next` to go further.")
        : Page is not null && Cursor is not null ? ApiAnswers.Invalid(http, "cursor", "Choose a page or a cursor, not both.")
        : Cursor is not null && (Cursor.Length > LongestText || Cursor is not ("end" or ['a' or 'b', '.', _, ..])) ? ApiAnswers.Invalid(http, "cursor", "This is not a cursor.")
        : Search?.Length > LongestText ? ApiAnswers.Invalid(http, "search", $"Search for {LongestText} characters at most.")
        : Order.Field is { } field && !orderings.Contains(field) ? ApiAnswers.Invalid(http, "ordering", orderings.IsEmpty ? "This list has one order." : $"Sort by one of: {string.Join(", ", orderings.ToArray())}.")
        : null;
}

internal static class ApiLists
{
    /// <summary>Answers with a page, mapped row by row, and absolute links to its neighbours.</summary>
    public static IResult Answer<TRow, T>(HttpContext http, ListQuery query, Page<TRow> page, RowCount? count, Func<TRow, T> map)
    {
        // A count that is not exact says so beside the page, whose shape stays the one everybody knows.
        if (count is { IsAtLeast: true } or { IsKept: true })
            http.Response.Headers["Count-Precision"] = count.IsAtLeast ? "at-least" : "up-to-a-minute-old";
        return ApiAnswers.Json(new Paged<T>(count?.Value,
            page.Next is null ? null : Link(http, query, forwards: true, page.Next),
            page.Previous is null ? null : Link(http, query, forwards: false, page.Previous),
            [.. page.Rows.Select(map)]));
    }

    /// <summary>Answers with a part of a list that is short enough to be read whole.</summary>
    public static IResult Answer<TRow, T>(HttpContext http, ListQuery query, IReadOnlyList<TRow> all, Func<TRow, T> map)
    {
        var first = query.Start switch { { AtEnd: true } => Math.Max(0, all.Count - 1) / query.Size * query.Size, { Skip: var skip } => skip };
        var rows = all.Skip(first).Take(query.Size).ToList();
        var page = first / query.Size + 1;
        return ApiAnswers.Json(new Paged<T>(all.Count,
            first + rows.Count < all.Count ? Numbered(http, page + 1) : null,
            first > 0 ? Numbered(http, page - 1) : null,
            [.. rows.Select(map)]));
    }

    public static string Absolute(HttpContext http, string path) => http.RequestServices.GetRequiredService<PublicAddress>().LinkHere(path);

    // Who counts pages gets numbers back as far as these reach; whoever follows cursors, cursors.
    private static string Link(HttpContext http, ListQuery query, bool forwards, string key)
    {
        var page = (query.Page ?? 1) + (forwards ? 1 : -1);
        return query.Cursor is null && page >= 1 && (page - 1L) * query.Size < ListQuery.FurthestRow ? Numbered(http, page) : With(http, "cursor", $"{(forwards ? 'a' : 'b')}.{key}");
    }

    private static string Numbered(HttpContext http, int page) => With(http, "page", $"{page}");

    private static string With(HttpContext http, string name, string value)
    {
        var rest = http.Request.Query.Where(pair => pair.Key is not ("page" or "cursor")).SelectMany(pair => pair.Value, (pair, one) => KeyValuePair.Create(pair.Key, one)).Append(new(name, value));
        return Absolute(http, $"{http.Request.Path}{QueryString.Create(rest)}");
    }
}
