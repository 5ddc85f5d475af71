using System.Globalization;
using System.Text;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace UserAdmin.Core.Notifications;

/// <summary>The plain text of a mail, from the same document as its HTML. A link reads "Label: address".</summary>
internal static class MailText
{
    public static string Of(MarkdownDocument document) => string.Join("\n\n", document.Select(Of)).Trim();

    private static string Of(Block block) => block switch
    {
        ThematicBreakBlock => "----",
        CodeBlock code => code.Lines.ToString(),
        LeafBlock leaf => Of(leaf.Inline),
        ListBlock list => string.Join("\n", list.Select((item, i) => Indent(Of(item), list.IsOrdered ? $"{i + First(list)}. " : "- "))),
        QuoteBlock quote => string.Join("\n", Children(quote).Split('\n').Select(line => $"> {line}".TrimEnd())),
        ListItemBlock { Parent: ListBlock { IsLoose: false } } item => Children(item, "\n"),
        ContainerBlock container => Children(container),
        _ => "",
    };

    private static string Children(ContainerBlock container, string between = "\n\n") => string.Join(between, container.Select(Of).Where(text => text.Length > 0));

    private static int First(ListBlock list) => int.TryParse(list.OrderedStart, NumberStyles.None, CultureInfo.InvariantCulture, out var first) ? first : 1;

    private static string Indent(string text, string bullet) => bullet + text.Replace("\n", "\n" + new string(' ', bullet.Length), StringComparison.Ordinal);

    private static string Of(Inline? inline) => inline switch
    {
        null => "",
        LiteralInline literal => literal.Content.ToString(),
        LineBreakInline { IsHard: true } => "\n",
        LineBreakInline => " ",
        CodeInline code => code.Content,
        HtmlEntityInline entity => entity.Transcoded.ToString(),
        AutolinkInline address => address.Url,
        LinkInline link => Children(link) is var label && label == link.Url ? label : $"{label}: {link.Url}",
        ContainerInline container => Children(container),
        _ => "",
    };

    private static string Children(ContainerInline container) => container.Aggregate(new StringBuilder(), (text, child) => text.Append(Of(child))).ToString();
}
