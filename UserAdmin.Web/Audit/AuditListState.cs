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
    public AuditTag? Tag { get; init; }

    /// <summary>What the actor did in this session.</summary>
    public Guid? Session { get; init; }

    /// <summary>The event whose act is shown.</summary>
    public Guid? With { get; init; }

    /// <summary>The hour of the one day that is shown, counted from its beginning, so that a day on which the clock changes has each of its hours.</summary>
    public int? Hour { get; init; }

    /// <summary>What a bar of the volume is; null lets the range decide.</summary>
    public VolumeGrain? Grain { get; init; }

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
            Tag = Word<AuditTag>("tag") is { } tag && AuditTags.All.Contains(tag) ? tag : null,
            Session = Id("actor") is null ? null : Id("session"),
            With = Id("with"),
            Hour = DayOf("from") is { } day && day == DayOf("to") && int.TryParse(Text("hour"), NumberStyles.None, CultureInfo.InvariantCulture, out var hour) && hour < 25 ? hour : null,
            Grain = Word<VolumeGrain>("by"),
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
        ["tag"] = Tag?.ToString().ToLowerInvariant(),
        ["session"] = Actor is null ? null : Session?.ToString(),
        ["with"] = With?.ToString(),
        ["hour"] = From == To ? Hour?.ToString(CultureInfo.InvariantCulture) : null,
        ["by"] = Grain?.ToString().ToLowerInvariant(),
        ["after"] = Start.After,
        ["before"] = Start.Before,
        ["at"] = Start.AtEnd ? "end" : null,
    }.Where(pair => !string.IsNullOrEmpty(pair.Value)));

    public AuditFilter ToFilter(Viewer viewer) => new()
    {
        From = From is { } from ? viewer.StartOf(from).AddHours(HourOfDay ?? 0) : null,
        To = To is { } to ? HourOfDay is { } hour ? viewer.StartOf(to).AddHours(hour + 1) : viewer.StartOf(to.AddDays(1)) : null,
        ActorId = Actor,
        TargetId = Target,
        Action = Action,
        Category = Category,
        Outcome = Outcome,
        Address = Address,
        Tag = Tag,
        SessionId = Actor is null ? null : Session,
        WithId = With,
        PageSize = viewer.Display.PageSize ?? 50,
    };

    private int? HourOfDay => From is not null && From == To ? Hour : null;

    /// <summary>The same without what is filtered; how it is drawn stays.</summary>
    public AuditListState Cleared => new() { Grain = Grain };

    /// <summary>What narrows the list, in words, each with the list without it. Ids are shown as the name given for them.</summary>
    public IEnumerable<(string Text, AuditListState Without)> Chips(Func<Guid, string> nameOf)
    {
        var first = this with { Start = PageStart.First };
        if (From is { } from) yield return ($"From {Day.Text(from)}", first with { From = null, Hour = null });
        if (To is { } to) yield return ($"Until {Day.Text(to)}", first with { To = null, Hour = null });
        if (Actor is { } actor) yield return ($"Done by {nameOf(actor)}", first with { Actor = null, Session = null });
        if (Target is { } target) yield return ($"Done to {nameOf(target)}", first with { Target = null });
        if (Action is { } action) yield return (AuditAction.Find(action)?.Title ?? action, first with { Action = null });
        if (Category is { } category) yield return ($"Category is {AuditWords.Of(category)}", first with { Category = null });
        if (Outcome is { } outcome) yield return ($"Outcome is {outcome}", first with { Outcome = null });
        if (Tag is { } tag) yield return ($"Tagged {AuditWords.Of(tag)}", first with { Tag = null });
        if (Address is { } address) yield return ($"From the address {address}", first with { Address = null });
        if (HourOfDay is { } hour) yield return ($"Hour {hour + 1} of the day", first with { Hour = null });
        if (Session is not null && Actor is not null) yield return ("In one session", first with { Session = null });
        if (With is not null) yield return ("Of one act", first with { With = null });
    }
}

internal static class AuditWords
{
    public static string Of(AuditCategory category) => category == AuditCategory.SignIn ? "Sign-in" : category.ToString();

    public static string Of(AuditTag tag) => tag switch { AuditTag.PersonalData => "Personal data", AuditTag.SignInRisk => "Sign-in risk", AuditTag.DataOut => "Data taken out", _ => tag.ToString() };
}
