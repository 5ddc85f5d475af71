using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Notifications;

namespace UserAdmin.Tests.Notifications;

public partial class MailTemplateTests
{
    private const string Link = "http://localhost/account/activate/abc";

    public static TheoryData<string> Keys => [.. MailKind.All.Where(kind => kind.HasSubject).Select(kind => kind.Key)];

    [Theory, MemberData(nameof(Keys))]
    public async Task Every_built_in_text_fills_all_its_placeholders_and_uses_no_others(string key)
    {
        await using var portal = await TestPortal.StartAsync();
        var kind = MailKind.Find(key)!;
        var text = MailTemplates.Default(kind, "en")!;

        Assert.All(PlaceholdersIn($"{text.Subject}\n{text.Body}"), placeholder => Assert.Contains(placeholder, kind.Placeholders));
        var (subject, content) = await Render(portal, kind, To("Carol"), [.. kind.Values.Select(name => (name, name == "link" ? Link : $"the-{name}"))]);
        Assert.All(new[] { subject, content.Text, content.Html }, part => Assert.DoesNotContain("{{", part));
    }

    [Fact]
    public async Task A_mail_says_the_same_as_text_and_as_HTML_within_the_layout()
    {
        await using var portal = await TestPortal.StartAsync();

        var (subject, content) = await Render(portal, MailKind.Activation, To("Carol"), ("link", Link), ("hours", "24"));

        Assert.Equal("Activate your account at UserAdmin", subject);
        Assert.Equal(
            $"""
            UserAdmin

            Hello Carol,

            an account was made for you at UserAdmin. Choose a password to start using it:

            Activate the account: {Link}

            The link works once, for 24 hours.

            --{" "}
            This message was sent by UserAdmin. Nobody reads answers to it.

            """.ReplaceLineEndings("\n"), content.Text);
        Assert.Contains($"<a href=\"{Link}\" style=\"", content.Html);
        Assert.Contains(">Activate the account</a>", content.Html);
        Assert.Contains("Hello Carol,</p>", content.Html);
        Assert.Contains("<strong>UserAdmin</strong>", content.Html);
        Assert.Contains("<meta name=\"color-scheme\" content=\"light dark\">", content.Html);
    }

    [Theory]
    [InlineData("[x](http://evil.example)", "[x](http://evil.example)", "[x](http://evil.example)")]
    [InlineData("<b>Bold</b>", "<b>Bold</b>", "&lt;b&gt;Bold&lt;/b&gt;")]
    [InlineData("<http://evil.example>", "<http://evil.example>", "&lt;http://evil.example&gt;")]
    [InlineData("\"><script>alert(1)</script>", "\"><script>alert(1)</script>", "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;")]
    [InlineData("**Carol**", "**Carol**", "**Carol**")]
    [InlineData("![x](http://evil.example/p.png)", "![x](http://evil.example/p.png)", "![x](http://evil.example/p.png)")]
    [InlineData("{{link}}", "{{link}}", "{{link}}")]
    [InlineData("&lt;b&gt;", "&lt;b&gt;", "&amp;lt;b&amp;gt;")]
    [InlineData("# Heading\n\n- item", "# Heading - item", "# Heading - item")]
    [InlineData("Carol\r\nBcc: victim@example.org", "Carol Bcc: victim@example.org", "Carol Bcc: victim@example.org")]
    [InlineData("Ca\u202Erol\u0000\u001B[31m\u2028x", "Carol[31m x", "Carol[31m x")]
    [InlineData("Ca\uE000rol", "Carol", "Carol")]
    public async Task F04_A_name_is_only_ever_text(string name, string asText, string asHtml)
    {
        await using var portal = await TestPortal.StartAsync();

        var (_, content) = await Render(portal, MailKind.Activation, To(name), ("link", Link), ("hours", "24"));

        Assert.Contains($"\nHello {asText},\n", content.Text);
        Assert.Contains($"Hello {asHtml},</p>", content.Html);
        Assert.Equal([Link], LinksIn(content.Html));
    }

    [Fact]
    public async Task F04_A_subject_is_one_line_whatever_its_values_hold()
    {
        await using var portal = await TestPortal.StartAsync();

        var (subject, _) = await Render(portal, MailKind.SecurityNotice, To("Carol"), ("what", "New\r\nBcc: victim@example.org\u2028\u0085sign-in\u202E\u0000"), ("when", ""), ("where", ""), ("link", Link));

        Assert.Equal("New Bcc: victim@example.org sign-in", subject);
    }

    [Theory]
    [InlineData("[Go]({{link}})", "<a href=\"http://localhost/account/activate/abc\"", "Go: http://localhost/account/activate/abc")]
    [InlineData("Go to {{link}} now", "Go to <a href=\"http://localhost/account/activate/abc\">http://localhost/account/activate/abc</a> now", "Go to http://localhost/account/activate/abc now")]
    [InlineData("[Help](https://help.example.org/a?b=1&c=2)", "<a href=\"https://help.example.org/a?b=1&amp;c=2\"", "Help: https://help.example.org/a?b=1&c=2")]
    [InlineData("[Write](mailto:help@example.org)", "<a href=\"mailto:help@example.org\"", "Write: mailto:help@example.org")]
    [InlineData("<https://help.example.org>", "<a href=\"https://help.example.org\"", "https://help.example.org")]
    public async Task A13_Links_of_the_template_and_of_the_portal_work(string body, string html, string text)
    {
        await using var portal = await TestPortal.StartAsync();

        var content = await Compose(portal, body, ("link", Link));

        Assert.Contains(html, content.Html);
        Assert.Contains(text, content.Text);
    }

    [Theory]
    [InlineData("[Go]({{name}})")]
    [InlineData("[Go](https://portal.example.org/{{name}})")]
    [InlineData("[Go](https://portal.example.org/?{{link}})")]
    [InlineData("<https://portal.example.org/{{name}}>")]
    [InlineData("[Go][1]\n\n[1]: {{name}}")]
    [InlineData("Go to {{name}}")]
    [InlineData("[Go](javascript:alert(1))")]
    [InlineData("[Go](data:text/html,x)")]
    [InlineData("[Go](/account/sign-in)")]
    [InlineData("![Go]({{link}})")]
    [InlineData("![Go](https://tracker.example/p.png)")]
    [InlineData("<a href=\"https://evil.example\">Go</a>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    public async Task F04_Nothing_else_becomes_a_link_or_a_picture(string body)
    {
        await using var portal = await TestPortal.StartAsync();

        var content = await Compose(portal, body, ("name", "https://evil.example/x"), ("link", Link));

        Assert.Empty(LinksIn(content.Html));
        Assert.DoesNotContain("<img", content.Html);
        Assert.DoesNotContain("onerror=alert(1)>", content.Html);
    }

    [Fact]
    public async Task A13_An_address_that_only_begins_like_the_portals_is_no_link()
    {
        await using var portal = await TestPortal.StartAsync();

        var content = await Compose(portal, "[Go]({{link}})", ("link", "http://localhost.evil.example/"));

        Assert.Empty(LinksIn(content.Html));
    }

    [Fact]
    public async Task Lists_quotes_code_and_emphasis_read_well_without_HTML()
    {
        await using var portal = await TestPortal.StartAsync();

        var content = await Compose(portal, "# Title\n\nOne **bold** `co{{name}}de`\nsame line  \nnext line\n\n1. first\n2. second\n   - inner\n\n> quoted {{name}}\n\n---\n\n    block {{name}}\n", ("name", "<C>"));

        Assert.Contains("Title\n\nOne bold co<C>de same line\nnext line\n\n1. first\n2. second\n   - inner\n\n> quoted <C>\n\n----\n\nblock <C>\n", content.Text);
        Assert.Contains("<code>co&lt;C&gt;de</code>", content.Html);
        Assert.Contains("block &lt;C&gt;", content.Html);
    }

    [Fact]
    public async Task A_text_that_administrators_saved_counts_until_it_is_reset()
    {
        await using var portal = await TestPortal.StartAsync();
        await Save(portal, "en", 1, "Welcome, {{name}}", "Come in: {{link}}");

        var (own, _) = await Render(portal, MailKind.Activation, To("Carol"), ("link", Link), ("hours", "24"));
        var (german, _) = await Render(portal, MailKind.Activation, To("Carol", "xx"), ("link", Link), ("hours", "24"));
        await Save(portal, "en", 2, null, null);
        var (reset, _) = await Render(portal, MailKind.Activation, To("Carol"), ("link", Link), ("hours", "24"));

        Assert.Equal(("Welcome, Carol", "Welcome, Carol", "Activate your account at UserAdmin"), (own, german, reset));
    }

    private static MailRecipient To(string name, string language = "en") => new(null, "carol@example.org", name, language);

    private static Task<(string Subject, MailContent Content)> Render(TestPortal portal, MailKind kind, MailRecipient to, params (string, string)[] values) =>
        portal.Run((MailTemplates templates) => templates.RenderAsync(kind, to, values, TestContext.Current.CancellationToken));

    private static Task<MailContent> Compose(TestPortal portal, string body, params (string, string)[] values) =>
        portal.Run((MailTemplates templates) => Task.FromResult(templates.Compose(new("Subject", body), "{{content}}", To("Carol"), values).Content));

    private static Task<int> Save(TestPortal portal, string language, int version, string? subject, string? body) => portal.Run(async (Core.Data.UserAdminDbContext db) =>
    {
        db.MailTemplates.Add(new() { Key = "activation", Language = language, Version = version, Subject = subject, Body = body, SavedByName = "Alice Archer", SavedAt = portal.Clock.Now });
        return await db.SaveChangesAsync();
    });

    private static IEnumerable<string> PlaceholdersIn(string text) => AnyPlaceholder().Matches(text).Select(found => found.Groups[1].Value);

    private static IEnumerable<string> LinksIn(string html) => Href().Matches(html).Select(found => found.Groups[1].Value);

    [GeneratedRegex(@"\{\{(.*?)\}\}")]
    private static partial Regex AnyPlaceholder();

    [GeneratedRegex("(?:href|src)=\"([^\"]*)\"")]
    private static partial Regex Href();
}
