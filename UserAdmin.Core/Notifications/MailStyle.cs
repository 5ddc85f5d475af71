using System.Net;
using Markdig.Syntax;

namespace UserAdmin.Core.Notifications;

/// <summary>
/// How a mail looks: tables and inline styles, which is what mail programs understand. No colours but the button's, which brings its own
/// background, so that light and dark come out as the reader's program has them.
/// </summary>
internal static class MailStyle
{
    private const string Font = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5";

    public const string Button = "display:inline-block;padding:12px 22px;border-radius:6px;background-color:#1f5fbf;color:#ffffff;font-weight:600;text-decoration:none";

    public static string? Of(Block block) => block switch
    {
        ParagraphBlock or QuoteBlock => "margin:0 0 16px",
        HeadingBlock { Level: 1 } => "margin:0 0 16px;font-size:22px;line-height:1.3",
        HeadingBlock => "margin:0 0 12px;font-size:18px;line-height:1.3",
        ListBlock => "margin:0 0 16px;padding-left:24px",
        _ => null,
    };

    public static string Page(string language, string subject, string above, string content, string below) => $"""
        <!DOCTYPE html>
        <html lang="{WebUtility.HtmlEncode(language)}">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="supported-color-schemes" content="light dark">
        <title>{WebUtility.HtmlEncode(subject)}</title>
        </head>
        <body style="margin:0;padding:0;{Font}">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center" style="padding:24px 16px">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;text-align:left;{Font}">
        <tr><td style="padding:0 0 8px">{above}</td></tr>
        <tr><td style="padding:16px 0 8px;border-top:1px solid #8a8a8a">{content}</td></tr>
        <tr><td style="padding:16px 0 0;border-top:1px solid #8a8a8a;font-size:13px">{below}</td></tr>
        </table>
        </td></tr></table>
        </body>
        </html>
        """;
}
