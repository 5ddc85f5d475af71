using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;

namespace UserAdmin.Tests.Notifications;

public class EditingTemplatesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task Each_save_is_a_version_that_can_be_restored_and_the_built_in_text_comes_back(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);

        Assert.True((await Save(portal, alice, 0, "First", "One {{link}}")).Succeeded);
        Assert.True((await Save(portal, alice, 1, "Second", "Two {{link}}")).Succeeded);
        Assert.Equal("Second", (await Find(portal, alice)).Text.Subject);
        Assert.True((await portal.Run((TemplateService templates) => templates.RestoreAsync(MailKind.Activation, "en", 1, 2, alice, Cancel))).Succeeded);
        Assert.Equal(new TemplateText("First", "One {{link}}"), (await Find(portal, alice)).Text);
        Assert.Equal(["activation"], (await portal.Run((TemplateService templates) => templates.ListAsync(alice, Cancel))).Where(row => row.OwnLanguages is ["en"]).Select(row => row.Kind.Key));
        Assert.True((await portal.Run((TemplateService templates) => templates.ResetAsync(MailKind.Activation, "en", 3, alice, Cancel))).Succeeded);

        var now = await Find(portal, alice);
        Assert.Equal((MailTemplates.Default(MailKind.Activation, "en"), false, 4), (now.Text, now.IsOwn, now.Version));
        Assert.Equal([4, 3, 2, 1], now.Versions.Select(version => version.Version));
        Assert.All(now.Versions, version => Assert.Equal(("Alice Archer", portal.Clock.Now), (version.SavedByName, version.SavedAt)));
        Assert.All((await portal.Run((TemplateService templates) => templates.ListAsync(alice, Cancel))), row => Assert.Empty(row.OwnLanguages));
        Assert.Equal(["Subject: - -> First", "Text: - -> One {{link}}"], (await portal.Events(AuditAction.TemplateSaved))[0].Differences.Order());
        Assert.Equal("Activate a new account (en)", (await portal.Event(AuditAction.TemplateReset)).TargetName);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task Of_two_who_edit_at_once_the_second_is_told(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var alice = await portal.Given(Alice);

        var saved = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => Save(portal, alice, 0, $"Subject {i}", "Text {{link}}"), Cancel)));

        Assert.Single(saved, result => result.Succeeded);
        Assert.All(saved.Where(result => !result.Succeeded), result => Assert.Equal(TemplateService.Changed, result.Problem));
        Assert.Single((await Find(portal, alice)).Versions);
    }

    [Theory]
    [InlineData("activation", "", "Text {{link}}", "Subject", "Write a subject.")]
    [InlineData("activation", "Hi {{nmae}}", "Text {{link}}", "Subject", "{{nmae}} is not a placeholder of this message. Use {{link}}, {{hours}}, {{name}}, {{portal}}.")]
    [InlineData("activation", "Hi", "", "Body", "Write a text.")]
    [InlineData("activation", "Hi", "Text {{link}} {{what}}", "Body", "{{what}} is not a placeholder of this message. Use {{link}}, {{hours}}, {{name}}, {{portal}}.")]
    [InlineData("activation", "Hi", "Text {{ link }}", "Body", "{{ link }} is not a placeholder of this message. Use {{link}}, {{hours}}, {{name}}, {{portal}}.")]
    [InlineData("activation", "Hi", "Text {{link}} {{name}", "Body", "{{ is not a placeholder of this message. Use {{link}}, {{hours}}, {{name}}, {{portal}}.")]
    [InlineData("activation", "Hi", "Text without it", "Body", "The text must contain {{link}}.")]
    [InlineData("activation", "Hi\u202E", "Text {{link}}", "Subject", "The subject has a hidden character (a control or direction code). Type it again instead of pasting it.")]
    [InlineData("activation", "Hi\r\nBcc: x", "Text {{link}}", "Subject", "The subject has a hidden character (a control or direction code). Type it again instead of pasting it.")]
    [InlineData("layout", "", "Above\n\n{{portal}}", "Body", "The text must contain {{content}}.")]
    [InlineData("layout", "", "Above {{content}} below", "Body", "{{content}} must stand on one line of its own, once.")]
    [InlineData("layout", "", "{{content}}\n\n{{content}}", "Body", "{{content}} must stand on one line of its own, once.")]
    [InlineData("layout", "", "{{name}}\n\n{{content}}", "Body", "{{name}} is not a placeholder of this message. Use {{content}}, {{portal}}.")]
    public async Task A_text_that_would_not_work_is_refused_at_its_field(string key, string subject, string body, string field, string message)
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var form = new TemplateForm(MailKind.Find(key)!) { Subject = subject, Body = body };

        var refused = await portal.Run((TemplateService templates) => templates.SaveAsync(form, "en", 0, alice, Cancel));

        Assert.Equal((field, message), (refused.Problem!.Field, refused.Problem.Message));
        Assert.Equal(0, await portal.Run((UserAdminDbContext db) => db.MailTemplates.CountAsync(Cancel)));
    }

    [Fact]
    public async Task E01_Texts_are_read_and_written_only_with_permission()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        Assert.Empty(await portal.Run((TemplateService templates) => templates.ListAsync(carol, Cancel)));
        Assert.Null(await portal.Run((TemplateService templates) => templates.FindAsync("activation", "en", carol, Cancel)));
        Assert.Equal("not_allowed", (await Save(portal, carol, 0, "Subject", "Text {{link}}")).Problem!.Code);
        Assert.Equal("not_allowed", (await portal.Run((TemplateService templates) => templates.SendTestAsync(new(MailKind.Activation), "en", carol, Cancel))).Problem!.Code);
        Assert.Equal(2, (await portal.Events(AuditAction.AccessDenied)).Count);
    }

    [Fact]
    public async Task The_layout_stands_around_every_mail()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var form = new TemplateForm(MailKind.Layout) { Body = "Above **all**\n\n{{content}}\n\nBelow" };

        Assert.True((await portal.Run((TemplateService templates) => templates.SaveAsync(form, "en", 0, alice, Cancel))).Succeeded);

        var (_, content) = await portal.Run((MailTemplates templates) => templates.RenderAsync(MailKind.Activation, new(null, "x@example.org", "Carol", "en"), [("link", "http://localhost/x"), ("hours", "24")], Cancel));
        Assert.StartsWith("Above all\n\nHello Carol,", content.Text);
        Assert.EndsWith("-- \nBelow\n", content.Text);
        Assert.Contains("Above <strong>all</strong>", content.Html);
    }

    [Fact]
    public async Task A_test_goes_to_whoever_edits_and_says_what_is_typed_though_not_saved()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var form = new TemplateForm(MailKind.Activation) { Subject = "Welcome {{name}}", Body = "Come in: {{link}}" };

        Assert.True((await portal.Run((TemplateService templates) => templates.SendTestAsync(form, "en", alice, Cancel))).Succeeded);

        var message = await portal.Run((UserAdminDbContext db) => db.OutboxMessages.AsNoTracking().SingleAsync(Cancel));
        Assert.Equal(("alice@example.org", "[Test] Welcome Alice Archer", false), (message.Recipient, message.Subject, message.CarriesSecret));
        Assert.Contains("Come in: http://localhost/example", await portal.Run((Outbox outbox) => Task.FromResult(outbox.Read(message)!.Text)));
    }

    [Fact]
    public async Task Somebody_whose_language_has_no_text_gets_the_English_one()
    {
        await using var portal = await TestPortal.StartAsync();
        var reader = new MailRecipient(null, "rosa@example.org", "Rosa", "it");

        var (subject, _) = await portal.Run((MailTemplates templates) => templates.RenderAsync(MailKind.PasswordReset, reader, [("link", "http://localhost/x"), ("minutes", "60")], Cancel));

        Assert.Equal("Choose a new password for UserAdmin", subject);
    }

    private static async Task<TemplateDetails> Find(TestPortal portal, Actor actor) =>
        (await portal.Run((TemplateService templates) => templates.FindAsync("activation", "en", actor, Cancel)))!;

    private static Task<Result> Save(TestPortal portal, Actor actor, int version, string subject, string body) =>
        portal.Run((TemplateService templates) => templates.SaveAsync(new(MailKind.Activation) { Subject = subject, Body = body }, "en", version, actor, Cancel));
}
