using System.Net;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Core.Notifications;

/// <summary>The texts of messages: the built-in ones and what administrators made of them.</summary>
public sealed class MailTemplates(UserAdminDbContext db)
{
    /// <summary>The text in the recipient's language, or in English where that language has none.</summary>
    public async Task<(string Subject, MailContent Content)> RenderAsync(
        MailKind kind, MailRecipient to, IReadOnlyList<(string Name, string Value)> values, CancellationToken cancel)
    {
        var saved = await db.MailTemplates.AsNoTracking().Where(t => t.Key == kind.Key && t.Language == to.Language)
            .OrderByDescending(t => t.Version).FirstOrDefaultAsync(cancel);
        var (subject, body) = saved?.Body is { } own ? (saved.Subject!, own) : Default(kind, to.Language) ?? Default(kind, "en")!.Value;

        IReadOnlyList<(string Name, string Value)> all = [.. values, ("name", to.Name), ("portal", "UserAdmin")];
        var text = Fill(body, all, value => value);
        return (Text.Squeeze(Fill(subject, all, value => value)), new(text, $"<pre>{WebUtility.HtmlEncode(text)}</pre>"));
    }

    /// <summary>The built-in text, or null when there is none in that language.</summary>
    public static (string Subject, string Body)? Default(MailKind kind, string language)
    {
        using var stream = typeof(MailTemplates).Assembly.GetManifestResourceStream($"{kind.Key}.{language}.md");
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream);
        return (reader.ReadLine()!, reader.ReadToEnd().Trim());
    }

    private static string Fill(string template, IEnumerable<(string Name, string Value)> values, Func<string, string> encode) =>
        values.Aggregate(template, (text, value) => text.Replace($"{{{{{value.Name}}}}}", encode(value.Value), StringComparison.Ordinal));
}
