using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Notifications;

/// <summary>A kind of message and the languages in which administrators wrote their own text.</summary>
public sealed record TemplateRow(MailKind Kind, IReadOnlyList<string> OwnLanguages);

/// <summary>A saved version; one without text stands for the built-in one.</summary>
public sealed record TemplateVersion(int Version, DateTimeOffset SavedAt, string SavedByName, TemplateText? Text);

/// <summary>The text that counts in a language, and how it came about. <paramref name="IsBorrowed"/>: that language has none, English is sent.</summary>
public sealed record TemplateDetails(MailKind Kind, string Language, TemplateText Text, bool IsBorrowed, int Version, IReadOnlyList<TemplateVersion> Versions)
{
    public bool IsOwn => Versions is [{ Text: not null }, ..];
}

/// <summary>Lets administrators write the texts of messages. Every save is a version that can be restored.</summary>
public sealed class TemplateService(UserAdminDbContext db, MailTemplates templates, Outbox outbox, PublicAddress address, TimeProvider clock)
{
    public static readonly Problem NotFound = new(ProblemKind.NotFound, "template.not_found", "There is no such version.");
    public static readonly Problem Changed = new(ProblemKind.Conflict, "template.changed", "Somebody else saved this text meanwhile. Copy what you need, then open the page again.");

    private static readonly Problem NoMailbox = new(ProblemKind.Conflict, "template.no_mailbox", "Your account has no mailbox to which a test could be sent.");

    public async Task<IReadOnlyList<TemplateRow>> ListAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.TemplatesEdit))
            return [];
        var own = await db.MailTemplates.AsNoTracking()
            .Where(t => t.Version == db.MailTemplates.Where(o => o.Key == t.Key && o.Language == t.Language).Max(o => o.Version) && t.Body != null)
            .Select(t => new { t.Key, t.Language }).ToListAsync(cancel);
        return [.. MailKind.All.Select(kind => new TemplateRow(kind, [.. own.Where(t => t.Key == kind.Key).Select(t => t.Language).Order()]))];
    }

    public async Task<TemplateDetails?> FindAsync(string key, string language, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.TemplatesEdit) || MailKind.Find(key) is not { } kind || Words.Languages.All(known => known.Code != language))
            return null;
        var versions = await db.MailTemplates.AsNoTracking().Where(t => t.Key == key && t.Language == language).OrderByDescending(t => t.Version).Take(50)
            .Select(t => new TemplateVersion(t.Version, t.SavedAt, t.SavedByName, t.Body == null ? null : new TemplateText(t.Subject ?? "", t.Body))).ToListAsync(cancel);
        var isBorrowed = versions is not [{ Text: not null }, ..] && MailTemplates.Default(kind, language) is null;
        return new(kind, language, await templates.FindAsync(kind, language, cancel), isBorrowed, versions.FirstOrDefault()?.Version ?? 0, versions);
    }

    /// <summary>Saves a version after <paramref name="version"/>, the one that was edited. Problems name the field to blame.</summary>
    public async Task<Result> SaveAsync(TemplateForm form, string language, int version, Actor actor, CancellationToken cancel)
    {
        var refused = new List<ValidationResult>();
        return Validator.TryValidateObject(form, new(form), refused, validateAllProperties: true)
            ? await AddAsync(form.Kind, language, version, form.Text, AuditAction.TemplateSaved, actor, cancel)
            : new Problem(ProblemKind.Invalid, "template.invalid", refused[0].ErrorMessage!, refused[0].MemberNames.FirstOrDefault());
    }

    /// <summary>Makes an older version the newest.</summary>
    public async Task<Result> RestoreAsync(MailKind kind, string language, int wanted, int version, Actor actor, CancellationToken cancel)
    {
        var old = await db.MailTemplates.AsNoTracking().SingleOrDefaultAsync(t => t.Key == kind.Key && t.Language == language && t.Version == wanted, cancel);
        return old is null ? NotFound
            : await AddAsync(kind, language, version, old.Body is null ? null : new(old.Subject ?? "", old.Body), AuditAction.TemplateSaved, actor, cancel);
    }

    /// <summary>Goes back to the built-in text; what was written stays among the versions.</summary>
    public Task<Result> ResetAsync(MailKind kind, string language, int version, Actor actor, CancellationToken cancel) =>
        AddAsync(kind, language, version, null, AuditAction.TemplateReset, actor, cancel);

    /// <summary>What a mail would look like, with made-up values.</summary>
    public async Task<(string Subject, MailContent Content)> PreviewAsync(TemplateForm form, string language, Actor actor, CancellationToken cancel)
    {
        var to = new MailRecipient(actor.UserId, "", actor.Name, language);
        var values = form.Kind.Values.Select(name => (name, Sample(name, language))).ToList();
        if (form.Kind.HasSubject)
            return templates.Compose(form.Text, (await templates.FindAsync(MailKind.Layout, language, cancel)).Body, to, await templates.BrandedAsync(values, cancel));
        return templates.Compose(new("A mail in this layout", "Hello {{name}},\n\nhere stands what a mail says."), form.Text.Body, to, await templates.BrandedAsync([], cancel));
    }

    /// <summary>Mails the text as it is now, saved or not, to the actor, with made-up values.</summary>
    public async Task<Result> SendTestAsync(TemplateForm form, string language, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.TemplatesEdit))
            return await db.DenyAsync(actor, Permission.TemplatesEdit, null, clock, cancel);
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == actor.UserId, cancel);
        if (user.Email is null)
            return NoMailbox;
        var (subject, content) = await PreviewAsync(form, language, actor, cancel);
        outbox.Add(Channel.Email, form.Kind with { CarriesSecret = false }, MailRecipient.Of(user, language), $"[Test] {subject}", content, actor.CorrelationId);
        await db.SaveChangesAsync(cancel);
        return Result.Ok;
    }

    private async Task<Result> AddAsync(MailKind kind, string language, int version, TemplateText? text, AuditAction action, Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.TemplatesEdit))
            return await db.DenyAsync(actor, Permission.TemplatesEdit, null, clock, cancel);

        var now = clock.GetUtcNow();
        var before = await db.MailTemplates.AsNoTracking().Where(t => t.Key == kind.Key && t.Language == language).OrderByDescending(t => t.Version).FirstOrDefaultAsync(cancel);
        if ((before?.Version ?? 0) != version)
            return Changed;
        db.MailTemplates.Add(new()
        {
            Key = kind.Key,
            Language = language,
            Version = version + 1,
            Subject = text?.Subject,
            Body = text?.Body,
            SavedAt = now,
            SavedById = actor.UserId,
            SavedByName = actor.Name,
        });
        db.Record(action, actor, new(null, $"{kind.Title} ({language})"), now,
            [.. new FieldChange[] { new("Subject", before?.Subject, text?.Subject), new("Text", before?.Body, text?.Body) }.Where(change => change.Before != change.After)]);
        try
        {
            await db.SaveChangesAsync(cancel);
            return Result.Ok;
        }
        catch (DbUpdateException)
        {
            // The index on the version refuses the second of two saves at once.
            return Changed;
        }
    }

    private string Sample(string name, string language) => name switch
    {
        "link" => address.Link("/example"),
        "hours" => "24",
        "minutes" => "10",
        "code" => "123456",
        "what" => Words.In(language, "Your password was changed"),
        "when" => new Reader(language, TimeZoneInfo.Utc).Moment(clock.GetUtcNow()),
        "where" => "192.0.2.1",
        _ => $"({name})",
    };
}
