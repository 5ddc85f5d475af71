using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
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

/// <summary>What a message says.</summary>
public sealed record MailContent(string Text, string Html);

/// <summary>Puts messages on their way. They are saved with the caller's change and sent afterwards, or not at all when the change fails.</summary>
public sealed class Outbox(UserAdminDbContext db, MailTemplates templates, CurrentTenant tenant, IDataProtectionProvider protection, TimeProvider clock)
{
    private IDataProtector Protector => protection.CreateProtector("UserAdmin.Outbox", tenant.Tenant.Name);

    /// <summary>Adds the message to what the next save writes. The values fill the placeholders of the template; none of them is read as markup.</summary>
    public async Task AddAsync(MailKind kind, MailRecipient to, string? correlationId, CancellationToken cancel, params (string Name, string Value)[] values)
    {
        var now = clock.GetUtcNow();
        var (subject, content) = await templates.RenderAsync(kind, to, values, cancel);
        db.OutboxMessages.Add(new()
        {
            Channel = Channel.Email,
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
        });
    }

    public MailContent? Read(OutboxMessage message) =>
        message.Content is null ? null : JsonSerializer.Deserialize<MailContent>(Protector.Unprotect(message.Content));
}
