using System.Text.RegularExpressions;

namespace UserAdmin.Tests.Api;

/// <summary>The tables of docs/api.md. Addresses are compared without the names of their parameters and without a slash at the end.</summary>
internal sealed partial class ApiGuide
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>What the sources name, and what is said to stand for it here.</summary>
    public HashSet<string> Sources { get; } = [];

    public HashSet<string> Ours { get; } = [];

    /// <summary>What the tables of endpoints describe, with what stands there about permissions.</summary>
    public Dictionary<string, string> Endpoints { get; } = [];

    /// <summary>How fields are called here that the sources call otherwise.</summary>
    public HashSet<string> Fields { get; } = [];

    /// <summary>The lists that can be taken out, each with the names that its query takes.</summary>
    public Dictionary<string, IReadOnlyList<string>> Lists { get; } = [];

    public static IReadOnlyList<string> Lines { get; } = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "../../../../docs/api.md"));

    public static ApiGuide Read()
    {
        var guide = new ApiGuide();
        var head = "";
        foreach (var line in Lines)
            if (!line.StartsWith("| ", StringComparison.Ordinal))
                head = line.StartsWith("|--", StringComparison.Ordinal) ? head : "";
            else if (head.Length == 0)
                head = line;
            else
                guide.Add(head, [.. line.Trim('|', ' ').Split(" | ")]);
        return guide;
    }

    public static string Normal(string operation)
    {
        var (method, path) = (operation.Split(' ')[0], operation.Split(' ')[1].Split('?')[0].TrimEnd('/'));
        return $"{method} {Parameter().Replace(path.StartsWith("/api/v1/", StringComparison.Ordinal) ? path["/api/v1".Length..] : path, "{}")}";
    }

    private void Add(string head, string[] cells)
    {
        if (head.StartsWith("| Source endpoint", StringComparison.Ordinal))
        {
            Sources.UnionWith(Expand(cells[0], withSiblings: false));
            Ours.UnionWith(Expand(cells[1], withSiblings: false));
        }
        else if (head.StartsWith("| Method and address", StringComparison.Ordinal))
            foreach (var endpoint in Expand(cells[0], withSiblings: true))
                Endpoints[endpoint] = $"{Endpoints.GetValueOrDefault(endpoint)} {cells.ElementAtOrDefault(2)}";
        else if (head.StartsWith("| There | Here |", StringComparison.Ordinal))
            Fields.UnionWith(Span().Matches(cells[1]).Select(span => span.Groups[1].Value).Where(name => Field().IsMatch(name)));
        else if (head.StartsWith("| List", StringComparison.Ordinal))
            Lists[cells[0].Trim('`')] = [.. Span().Matches(cells[1]).Select(span => span.Groups[1].Value)];
    }

    // In `GET`, `PUT /users/{id}` the methods wait for the next address, which keeps them for those after it; a word that is no address stands for the last part of the one before.
    private static IEnumerable<string> Expand(string cell, bool withSiblings)
    {
        List<string> methods = [];
        var (isOpen, last) = (false, "");
        foreach (var words in Span().Matches(cell).Select(span => span.Groups[1].Value.Split(' ')))
        {
            if (Methods.Contains(words[0]))
            {
                methods = isOpen ? [.. methods, words[0]] : [words[0]];
                isOpen = words.Length == 1;
            }
            var address = words[^1] is ['/', ..] named ? named : withSiblings && last.Length > 0 && Sibling().IsMatch(words[0]) ? $"{last[..last.LastIndexOf('/')]}/{words[0]}" : null;
            if (address is null || methods.Count == 0)
                continue;
            (isOpen, last) = (false, address);
            foreach (var method in methods)
                yield return Normal($"{method} {address}");
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Span();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("^[a-z_-]+$")]
    private static partial Regex Sibling();

    [GeneratedRegex("^[a-z_]+$")]
    private static partial Regex Field();
}
