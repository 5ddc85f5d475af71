using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Core.Notifications;

/// <summary>To whom a message goes; <paramref name="UserId"/> is null for somebody without an account.</summary>
public sealed record MailRecipient(Guid? UserId, string Address, string Name, string Language)
{
    public static MailRecipient Of(User user, string language = "en") => new(user.Id, user.Email!, user.FirstName.Length > 0 ? user.FirstName : user.UserName!, language);
}

/// <summary>What a message says. A short message has no HTML.</summary>
public sealed record MailContent(string Text, string Html)
{
    /// <summary>A finished file of the export worker that goes with it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? FileId { get; init; }

    /// <summary>That file, read when the message is sent; null when it is gone by then.</summary>
    [JsonIgnore]
    public MailFile? File { get; init; }

    /// <summary>As whom it is sent, as the brand is at that moment.</summary>
    [JsonIgnore]
    public MailOrigin Origin { get; init; } = MailOrigin.Usual;
}

public sealed record MailFile(string Name, string ContentType, byte[] Content);

/// <summary>Who stands as sender and where answers go; null is what the mail settings say.</summary>
public sealed record MailOrigin(string? Name, string? Address, string? AnswersTo)
{
    public static MailOrigin Usual { get; } = new(null, null, null);
}

/// <summary>Puts messages on their way. They are saved with the caller's change and sent afterwards, or not at all when the change fails.</summary>
public sealed class Outbox(
    UserAdminDbContext db, MailTemplates templates, CurrentTenant tenant, IDataProtectionProvider protection, IOptions<MailSettings> mail, TimeProvider clock)
{
    /// <summary>Whether mail leaves this portal at all; otherwise it waits until somebody configures it.</summary>
    public bool SendsMail => mail.Value.IsConfigured;

    private IDataProtector Protector => protection.CreateProtector("UserAdmin.Outbox", tenant.Tenant.Name);

    /// <summary>Adds the message to what the next save writes, and gives back its id. The values fill the placeholders of the template; none of them is read as markup.</summary>
    public Task<Guid> AddAsync(MailKind kind, MailRecipient to, string? correlationId, CancellationToken cancel, params (string Name, string Value)[] values) =>
        AddAsync(kind, to, correlationId, null, cancel, values);

    /// <summary>The same with a finished file of an export; it is read when the message is sent.</summary>
    public async Task<Guid> AddAsync(MailKind kind, MailRecipient to, string? correlationId, Guid? fileId, CancellationToken cancel, params (string Name, string Value)[] values)
    {
        var (subject, content) = await templates.RenderAsync(kind, to, values, cancel);
        return Add(Channel.Email, kind, to, subject, content with { FileId = fileId }, correlationId);
    }

    /// <summary>Keeps a message that has not left yet from leaving, because what it says is no longer true. One that is being sent at this moment leaves all the same.</summary>
    public async Task WithdrawAsync(Guid? messageId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await db.OutboxMessages.Where(m => m.Id == messageId && m.State == MessageState.Waiting && (m.HeldUntil == null || m.HeldUntil <= now))
            .ExecuteUpdateAsync(row => row.SetProperty(m => m.State, MessageState.Dead).SetProperty(m => m.LastAnswer, "Withdrawn before it was sent."), cancel);
    }

    /// <summary>The same as a short message to a phone; of the template only the text counts.</summary>
    public async Task AddSmsAsync(MailKind kind, User user, string phone, string? correlationId, CancellationToken cancel, params (string Name, string Value)[] values)
    {
        var to = MailRecipient.Of(user, (await ReaderAsync(user.Id, cancel)).Language) with { Address = phone };
        var text = await templates.RenderShortAsync(kind, to, values, cancel);
        Add(Channel.Sms, kind, to, kind.Title, new(text, ""), correlationId);
    }

    /// <summary>The user as somebody to write to, in the language they chose.</summary>
    public async Task<MailRecipient> RecipientAsync(User user, CancellationToken cancel) => MailRecipient.Of(user, (await ReaderAsync(user.Id, cancel)).Language);

    public MailContent? Read(OutboxMessage message) =>
        message.Content is null ? null : JsonSerializer.Deserialize<MailContent>(Protector.Unprotect(message.Content));

    internal async Task<Reader> ReaderAsync(Guid userId, CancellationToken cancel) =>
        Reader.Of(await db.Preferences.AsNoTracking().Where(p => p.UserId == userId && p.Name == Reader.Preference).Select(p => p.Value).SingleOrDefaultAsync(cancel));

    internal Guid Add(Channel channel, MailKind kind, MailRecipient to, string subject, MailContent content, string? correlationId)
    {
        var now = clock.GetUtcNow();
        var message = new OutboxMessage
        {
            Channel = channel,
            Recipient = to.Address,
            UserId = to.UserId,
            Template = kind.Key,
            Language = to.Language,
            Subject = Text.Shorten(subject, 500),
            Content = Protector.Protect(JsonSerializer.Serialize(content)),
            CarriesSecret = kind.CarriesSecret,
            CreatedAt = now,
            NextAttemptAt = now,
            CorrelationId = correlationId,
        };
        db.OutboxMessages.Add(message);
        return message.Id;
    }
}
