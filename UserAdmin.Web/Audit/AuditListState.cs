using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Web.Shell;
using UserAdmin.Web.Ui;

namespace UserAdmin.Web.Audit;

/// <summary>The audit list as its address says it. Days are the viewer's own, both ends included. Unreadable parts are left out.</summary>
public sealed record AuditListState
{
    public DateOnly? From { get; init; }
    public DateOnly? To { get; init; }
    public Guid? Actor { get; init; }
    public Guid? Target { get; init; }
    public string? Action { get; init; }
    public AuditCategory? Category { get; init; }
    public AuditOutcome? Outcome { get; init; }
    public string? Address { get; init; }
    public PageStart Start { get; init; } = PageStart.First;

    public static AuditListState Parse(Uri address)
    {
        var query = QueryHelpers.ParseQuery(address.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        string? Text(string name) => query.GetValueOrDefault(name) is { Length: > 0 and <= 100 } text && !Core.Common.Text.HasHiddenCharacters(text) ? text : null;
        DateOnly? DayOf(string name) => Day.Parse(Text(name));
        Guid? Id(string name) => Guid.TryParse(Text(name), out var id) ? id : null;
        T? Word<T>(string name) where T : struct, Enum => Enum.TryParse<T>(Text(name)?.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : null;

        return new()
        {
            From = DayOf("from"),
            To = DayOf("to"),
            Actor = Id("actor"),
            Target = Id("target"),
            Action = Text("action") is { } code && AuditAction.Find(code) is not null ? code : null,
            Category = Word<AuditCategory>("category"),
            Outcome = Word<AuditOutcome>("outcome"),
            Address = Text("address"),
            Start = new(Text("after"), Text("before"), Text("at") == "end"),
        };
    }

    public string Url(string path = "/audit") => QueryHelpers.AddQueryString(path, new Dictionary<string, string?>
    {
        ["from"] = Day.Text(From),
        ["to"] = Day.Text(To),
        ["actor"] = Actor?.ToString(),
        ["target"] = Target?.ToString(),
        ["action"] = Action,
        ["category"] = Category?.ToString().ToLowerInvariant(),
        ["outcome"] = Outcome?.ToString().ToLowerInvariant(),
        ["address"] = Address,
        ["after"] = Start.After,
        ["before"] = Start.Before,
        ["at"] = Start.AtEnd ? "end" : null,
    }.Where(pair => !string.IsNullOrEmpty(pair.Value)));

    public AuditFilter ToFilter(Viewer viewer) => new()
    {
        From = From is { } from ? viewer.StartOf(from) : null,
        To = To is { } to ? viewer.StartOf(to.AddDays(1)) : null,
        ActorId = Actor,
        TargetId = Target,
        Action = Action,
        Category = Category,
        Outcome = Outcome,
        Address = Address,
        PageSize = viewer.Display.PageSize ?? 50,
    };

    /// <summary>What narrows the list, in words, each with the list without it. Ids are shown as the name given for them.</summary>
    public IEnumerable<(string Text, AuditListState Without)> Chips(Func<Guid, string> nameOf)
    {
        var first = this with { Start = PageStart.First };
        if (From is { } from) yield return ($"From {Day.Text(from)}", first with { From = null });
        if (To is { } to) yield return ($"Until {Day.Text(to)}", first with { To = null });
        if (Actor is { } actor) yield return ($"Done by {nameOf(actor)}", first with { Actor = null });
        if (Target is { } target) yield return ($"Done to {nameOf(target)}", first with { Target = null });
        if (Action is { } action) yield return (AuditAction.Find(action)?.Title ?? action, first with { Action = null });
        if (Category is { } category) yield return ($"Category is {AuditWords.Of(category)}", first with { Category = null });
        if (Outcome is { } outcome) yield return ($"Outcome is {outcome}", first with { Outcome = null });
        if (Address is { } address) yield return ($"From the address {address}", first with { Address = null });
    }
}

internal static class AuditWords
{
    public static string Of(AuditCategory category) => category == AuditCategory.SignIn ? "Sign-in" : category.ToString();
}
