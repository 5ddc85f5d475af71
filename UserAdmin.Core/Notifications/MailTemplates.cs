using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Branding;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Settings;

namespace UserAdmin.Core.Notifications;

/// <summary>What a template says in one language: the subject and, in Markdown, the body.</summary>
public sealed record TemplateText(string Subject, string Body);

/// <summary>The texts of messages: the built-in ones and what administrators made of them.</summary>
public sealed class MailTemplates(UserAdminDbContext db, PublicAddress address, Policies policies)
{
    public const string Portal = "UserAdmin";

    /// <summary>The mail in the recipient's language, or in English where that language has no text.</summary>
    public async Task<(string Subject, MailContent Content)> RenderAsync(
        MailKind kind, MailRecipient to, IReadOnlyList<(string Name, string Value)> values, CancellationToken cancel)
    {
        var text = await FindAsync(kind, to.Language, cancel);
        var layout = await FindAsync(MailKind.Layout, to.Language, cancel);
        return Compose(text, layout.Body, to, await BrandedAsync(values, cancel));
    }

    /// <summary>The text of a short message: no layout, no HTML.</summary>
    public async Task<string> RenderShortAsync(MailKind kind, MailRecipient to, IReadOnlyList<(string Name, string Value)> values, CancellationToken cancel) =>
        MailMarkup.Of((await FindAsync(kind, to.Language, cancel)).Body, With(to, await BrandedAsync(values, cancel)), IsOwnLink).ToText();

    /// <summary>Puts values, text and layout together.</summary>
    public (string Subject, MailContent Content) Compose(TemplateText text, string layout, MailRecipient to, IReadOnlyList<(string Name, string Value)> values)
    {
        var all = With(to, values);
        var subject = MailMarkup.Line(text.Subject, all);
        var content = MailMarkup.Of(text.Body, all, IsOwnLink);
        var (above, below) = Around(layout);
        var (top, bottom) = (MailMarkup.Of(above, all, IsOwnLink), MailMarkup.Of(below, all, IsOwnLink));

        // The text first: making HTML dresses the document up.
        var plain = string.Join("\n\n", new[] { top.ToText(), content.ToText(), bottom.ToText() is { Length: > 0 } end ? $"-- \n{end}" : "" }.Where(part => part.Length > 0));
        return (subject, new(plain + "\n", MailStyle.Page(to.Language, subject, top.ToHtml(), content.ToHtml(), bottom.ToHtml())));
    }

    /// <summary>The built-in text, or null when there is none in that language.</summary>
    public static TemplateText? Default(MailKind kind, string language)
    {
        using var stream = typeof(MailTemplates).Assembly.GetManifestResourceStream($"{kind.Key}.{language}.md");
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream);
        return new(reader.ReadLine()!, reader.ReadToEnd().Trim());
    }

    /// <summary>What counts in this language: the saved text, else the built-in one, else the same in English.</summary>
    internal async Task<TemplateText> FindAsync(MailKind kind, string language, CancellationToken cancel)
    {
        foreach (var each in new[] { language, "en" }.Distinct())
        {
            var saved = await db.MailTemplates.AsNoTracking().Where(t => t.Key == kind.Key && t.Language == each)
                .OrderByDescending(t => t.Version).FirstOrDefaultAsync(cancel);
            if (saved?.Body is { } own)
                return new(saved.Subject ?? "", own);
            if (Default(kind, each) is { } builtIn)
                return builtIn;
        }
        throw new InvalidOperationException($"There is no text for {kind.Key} in English: Templates/{kind.Key}.en.md is missing.");
    }

    /// <summary>The values together with the portal's name.</summary>
    internal async Task<IReadOnlyList<(string Name, string Value)>> BrandedAsync(IReadOnlyList<(string Name, string Value)> values, CancellationToken cancel) =>
        [("portal", (await policies.GetAsync<Brand>(cancel)).Name), .. values];

    private static Dictionary<string, string> With(MailRecipient to, IReadOnlyList<(string Name, string Value)> values)
    {
        var all = new Dictionary<string, string> { ["name"] = to.Name, ["portal"] = Portal };
        foreach (var (name, value) in values)
            all[name] = value;
        return all;
    }

    private static (string Above, string Below) Around(string layout)
    {
        var lines = layout.ReplaceLineEndings("\n").Split('\n');
        var at = Array.FindIndex(lines, line => line.Trim() == $"{{{{{MailMarkup.Content}}}}}");
        return at < 0 ? (layout, "") : (string.Join('\n', lines[..at]), string.Join('\n', lines[(at + 1)..]));
    }

    private bool IsOwnLink(string value) => value.StartsWith(address.Link("/"), StringComparison.Ordinal);
}
