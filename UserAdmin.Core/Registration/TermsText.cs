using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace UserAdmin.Core.Registration;

/// <summary>The HTML of terms. HTML in the text is shown as text; links lead to web and mail addresses only, and pictures stay their words (F01).</summary>
public static class TermsText
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().Build();

    public static string ToHtml(string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);

        // All are found before any is changed: Markdig loses sight of what stands before a link that is taken out of the end of a line.
        var unsafeLinks = document.Descendants<LinkInline>().Where(link => link.IsImage || !IsSafe(link.GetDynamicUrl?.Invoke() ?? link.Url)).ToList();
        var unsafeAddresses = document.Descendants<AutolinkInline>().Where(address => !address.IsEmail && !IsSafe(address.Url)).ToList();
        foreach (var link in unsafeLinks)
        {
            while (link.FirstChild is { } child)
            {
                child.Remove();
                link.InsertBefore(child);
            }
            link.Remove();
        }
        foreach (var address in unsafeAddresses)
            address.ReplaceBy(new LiteralInline(address.Url));

        // The page has a heading of its own above.
        foreach (var heading in document.Descendants<HeadingBlock>())
            heading.Level = Math.Min(heading.Level + 1, 6);
        return document.ToHtml(Pipeline);
    }

    private static bool IsSafe(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" or "mailto";
}
