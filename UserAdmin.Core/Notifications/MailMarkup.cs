using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Helpers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Notifications;

/// <summary>
/// The Markdown of a template with its values put in. A value is put into the parsed document, so nothing in it is ever read as Markdown,
/// HTML or another placeholder (F04). It becomes a link only when it is an address of this portal.
/// </summary>
internal sealed partial class MailMarkup
{
    public const string Content = "content";

    // Stands for a placeholder while Markdown is parsed: one character that means nothing there, numbered in a private range of Unicode.
    private const char FirstMark = '\uE000', LastMark = '\uE0FF';

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().Build();

    private readonly List<string> marked = [];
    private readonly Func<string, bool> isOwnLink;
    private readonly MarkdownDocument document;

    private MailMarkup(string template, IReadOnlyDictionary<string, string> values, Func<string, bool> isOwnLink)
    {
        this.isOwnLink = isOwnLink;
        var source = Placeholder.Replace(Marks.Replace(template, ""), found =>
        {
            if (!values.TryGetValue(found.Groups["name"].Value, out var value) || marked.Count > LastMark - FirstMark)
                return found.Value;
            marked.Add(Marks.Replace(Text.OneLine(value), ""));
            return ((char)(FirstMark + marked.Count - 1)).ToString();
        });
        document = Markdown.Parse(source, Pipeline);
        PutValuesIn();
    }

    [GeneratedRegex(@"\{\{(?<name>[a-z][a-z0-9-]*)\}\}")]
    public static partial Regex Placeholder { get; }

    [GeneratedRegex("[\uE000-\uE0FF]")]
    private static partial Regex Marks { get; }

    public static MailMarkup Of(string template, IReadOnlyDictionary<string, string> values, Func<string, bool> isOwnLink) => new(template, values, isOwnLink);

    /// <summary>One line with its placeholders filled in.</summary>
    public static string Line(string template, IReadOnlyDictionary<string, string> values) =>
        Text.OneLine(Placeholder.Replace(template, found => values.TryGetValue(found.Groups["name"].Value, out var value) ? value : found.Value));

    public string ToHtml()
    {
        foreach (var block in document.Descendants<Block>())
            if (MailStyle.Of(block) is { } style)
                block.GetAttributes().AddProperty("style", style);
        foreach (var link in document.Descendants<LinkInline>())
            if (link is { PreviousSibling: null, NextSibling: null, Parent: ContainerInline { ParentBlock: ParagraphBlock } })
                link.GetAttributes().AddProperty("style", MailStyle.Button);
        return document.ToHtml(Pipeline);
    }

    public string ToText() => MailText.Of(document);

    private void PutValuesIn()
    {
        foreach (var link in document.Descendants<LinkInline>().ToList())
            Resolve(link);
        foreach (var address in document.Descendants<AutolinkInline>().Where(address => HasMark(address.Url)).ToList())
            address.ReplaceBy(new LiteralInline(Fill(address.Url)));
        foreach (var literal in document.Descendants<LiteralInline>().Where(literal => HasMark(literal.Content.ToString())).ToList())
            Resolve(literal);
        foreach (var code in document.Descendants<CodeInline>().ToList())
            code.Content = Fill(code.Content);
        foreach (var block in document.Descendants<CodeBlock>())
            for (var i = 0; i < block.Lines.Count; i++)
                block.Lines.Lines[i].Slice = new StringSlice(Fill(block.Lines.Lines[i].Slice.ToString()));
    }

    // A link keeps only an address that was written into the template or one of our own; otherwise its words stay and the link goes.
    private void Resolve(LinkInline link)
    {
        var target = link.GetDynamicUrl?.Invoke() ?? link.Url ?? "";
        var value = target is [>= FirstMark and <= LastMark] ? Fill(target) : null;
        link.GetDynamicUrl = null;
        link.Title = link.Title is { } title ? Fill(title) : null;
        if (value is not null && isOwnLink(value) && !link.IsImage)
            link.Url = value;
        else if (link.IsImage || HasMark(target) || !Uri.TryCreate(target, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http" or "mailto"))
            Unlink(link);
    }

    private static void Unlink(LinkInline link)
    {
        while (link.FirstChild is { } child)
        {
            child.Remove();
            link.InsertBefore(child);
        }
        link.Remove();
    }

    private void Resolve(LiteralInline literal)
    {
        var text = literal.Content.ToString();
        if (literal.FindParentOfType<LinkInline>().Any())
        {
            literal.Content = new StringSlice(Fill(text));
            return;
        }
        var start = 0;
        for (var i = 0; i < text.Length; i++)
            if (IsMark(text[i]) && isOwnLink(ValueOf(text[i])))
            {
                literal.InsertBefore(new LiteralInline(Fill(text[start..i])));
                var link = new LinkInline(ValueOf(text[i]), "");
                link.AppendChild(new LiteralInline(ValueOf(text[i])));
                literal.InsertBefore(link);
                start = i + 1;
            }
        literal.Content = new StringSlice(Fill(text[start..]));
    }

    private string Fill(string text)
    {
        if (!HasMark(text))
            return text;
        var filled = new StringBuilder(text.Length);
        foreach (var c in text)
            filled.Append(IsMark(c) ? ValueOf(c) : c.ToString(CultureInfo.InvariantCulture));
        return filled.ToString();
    }

    private string ValueOf(char mark) => marked[mark - FirstMark];

    private bool IsMark(char c) => c >= FirstMark && c < FirstMark + marked.Count;

    private static bool HasMark(string text) => text.AsSpan().IndexOfAnyInRange(FirstMark, LastMark) >= 0;
}
