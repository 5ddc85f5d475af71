using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Roles;
using UserAdmin.Web.Api;

namespace UserAdmin.Web.Notifications;

/// <summary>The texts of messages over HTTP.</summary>
internal static class TemplateApi
{
    public static void MapTemplateApi(this RouteGroupBuilder api)
    {
        var templates = api.MapGroup("/notifications/templates").WithTags("Templates");
        templates.MapGet("", ListAsync).Needs(Permission.TemplatesEdit).Answers<Paged<TemplateKindView>>()
            .Describe("list_templates", "List kinds of messages", "Every kind of message with the placeholders it may use, and the languages in which somebody wrote a text.");
        templates.MapGet("/{key}/{language}", FindAsync).Needs(Permission.TemplatesEdit).Answers<TemplateView>()
            .Describe("get_template", "Read a text", "The text that counts in a language, with the version for If-Match in ETag.");
        templates.MapPut("/{key}/{language}", SaveAsync).Needs(Permission.TemplatesEdit).Answers<TemplateView>()
            .Describe("replace_template", "Write a text", "Saves a new version. Placeholders are checked; those without which the message is of no use have to be there.")
            .Example("""{"subject": "Your account at {{portal}}", "body": "Hello {{name}},\n\nchoose a password: {{link}}"}""");
        templates.MapDelete("/{key}/{language}", ResetAsync).Needs(Permission.TemplatesEdit).AnswersNothing()
            .Describe("reset_template", "Go back to the built-in text", "What was written stays among the versions.");
        templates.MapPost("/{key}/{language}/preview", PreviewAsync).Needs(Permission.TemplatesEdit).Answers<MailPreviewView>()
            .Describe("preview_template", "See what a mail would look like", "With made-up values; nothing is saved.")
            .Example("""{"subject": "Your account at {{portal}}", "body": "Hello {{name}},\n\nchoose a password: {{link}}"}""");
        templates.MapPost("/{key}/{language}/test", SendTestAsync).Needs(Permission.TemplatesEdit).AnswersNothing()
            .Describe("test_template", "Send a text to oneself", "A mail with made-up values to the caller's own address; nothing is saved. 409 for an account without a mailbox.")
            .Example("""{"subject": "Your account at {{portal}}", "body": "Hello {{name}},\n\nchoose a password: {{link}}"}""");
        templates.MapPost("/{key}/{language}/restore", RestoreAsync).Needs(Permission.TemplatesEdit).Answers<TemplateView>()
            .Describe("restore_template", "Take an older version again", "It becomes the newest.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, [AsParameters] ListQuery query, TemplateService templates, Caller caller, CancellationToken cancel) =>
        query.Refuse(http) ?? ApiLists.Answer(http, query, [.. (await templates.ListAsync(caller, cancel)).Where(row => query.Search is not { } words || $"{row.Kind.Key} {row.Kind.Title}".Contains(words, StringComparison.OrdinalIgnoreCase))], TemplateKindView.Of);

    private static async Task<IResult> FindAsync(HttpContext http, string key, string language, TemplateService templates, Caller caller, CancellationToken cancel) =>
        await templates.FindAsync(key, language, caller, cancel) is { } found ? ApiAnswers.Record(http, TemplateView.Of(found)) : ApiAnswers.NotFound(http);

    private static Task<IResult> SaveAsync(HttpContext http, string key, string language, Body<TemplateBody> body, TemplateService templates, Caller caller, CancellationToken cancel) =>
        ChangeAsync(http, key, language, templates, caller, found => templates.SaveAsync(body.Value.ToForm(found.Kind), language, found.Version, caller, cancel), cancel);

    private static Task<IResult> RestoreAsync(HttpContext http, string key, string language, Body<RestoreBody> body, TemplateService templates, Caller caller, CancellationToken cancel) =>
        ChangeAsync(http, key, language, templates, caller, found => templates.RestoreAsync(found.Kind, language, body.Value.Version, found.Version, caller, cancel), cancel);

    private static async Task<IResult> ResetAsync(HttpContext http, string key, string language, TemplateService templates, Caller caller, CancellationToken cancel) =>
        await templates.FindAsync(key, language, caller, cancel) is { } found ? ApiAnswers.Done(http, await templates.ResetAsync(found.Kind, language, found.Version, caller, cancel)) : ApiAnswers.NotFound(http);

    private static Task<IResult> PreviewAsync(HttpContext http, string key, string language, Body<TemplateBody> body, TemplateService templates, Caller caller, CancellationToken cancel) =>
        TryAsync(http, key, language, body, templates, caller, async form =>
        {
            var (subject, content) = await templates.PreviewAsync(form, language, caller, cancel);
            return ApiAnswers.Json(new MailPreviewView(subject, content.Text, content.Html));
        }, cancel);

    private static Task<IResult> SendTestAsync(HttpContext http, string key, string language, Body<TemplateBody> body, TemplateService templates, Caller caller, CancellationToken cancel) =>
        TryAsync(http, key, language, body, templates, caller, async form => ApiAnswers.Done(http, await templates.SendTestAsync(form, language, caller, cancel)), cancel);

    private static async Task<IResult> TryAsync(
        HttpContext http, string key, string language, Body<TemplateBody> body, TemplateService templates, Caller caller, Func<TemplateForm, Task<IResult>> answer, CancellationToken cancel)
    {
        if (await templates.FindAsync(key, language, caller, cancel) is not { } found)
            return ApiAnswers.NotFound(http);
        var form = body.Value.ToForm(found.Kind);
        return ApiBody.Judge(form) is { } wrong ? wrong(http) : await answer(form);
    }

    private static async Task<IResult> ChangeAsync(HttpContext http, string key, string language, TemplateService templates, Caller caller, Func<TemplateDetails, Task<Result>> change, CancellationToken cancel)
    {
        if (await templates.FindAsync(key, language, caller, cancel) is not { } found)
            return ApiAnswers.NotFound(http);
        if (ApiAnswers.RefuseStale(http, TemplateView.Of(found)) is { } stale)
            return stale;
        var changed = await change(found);
        return changed.Succeeded ? await FindAsync(http, key, language, templates, caller, cancel) : ApiAnswers.Refuse(http, changed.Problem);
    }
}

internal sealed class TemplateBody
{
    [Description("One line; placeholders such as {{name}} are replaced.")]
    public string Subject { get; set; } = "";

    [Description("Markdown; the plain text of the mail is this text, its HTML is made of it.")]
    public string Body { get; set; } = "";

    public TemplateForm ToForm(MailKind kind) => new(kind) { Subject = Subject, Body = Body };
}

internal sealed class RestoreBody
{
    [Range(1, int.MaxValue, ErrorMessage = "Name a version from 1."), Description("The number of the version.")]
    public int Version { get; set; }
}

internal sealed record TemplateKindView(string Key, string Title, IReadOnlyList<string> Placeholders, IReadOnlyList<string> OwnLanguages)
{
    public static TemplateKindView Of(TemplateRow row) => new(row.Kind.Key, row.Kind.Title, [.. row.Kind.Placeholders], row.OwnLanguages);
}

internal sealed record TemplateVersionView(int Version, DateTimeOffset SavedAt, string SavedBy, bool IsBuiltIn);

/// <summary>A text. <paramref name="IsBorrowed"/>: this language has none, and English is sent.</summary>
internal sealed record TemplateView(string Key, string Language, string Subject, string Body, bool IsOwn, bool IsBorrowed, int Version, IReadOnlyList<TemplateVersionView> Versions)
{
    public static TemplateView Of(TemplateDetails found) => new(found.Kind.Key, found.Language, found.Text.Subject, found.Text.Body, found.IsOwn, found.IsBorrowed, found.Version,
        [.. found.Versions.Select(version => new TemplateVersionView(version.Version, version.SavedAt, version.SavedByName, version.Text is null))]);
}

internal sealed record MailPreviewView(string Subject, string Text, string? Html);
