using System.Globalization;
using System.Net.Mail;
using System.Text.Json;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Notifications;

/// <summary>A message that was written into the folder.</summary>
public sealed record SunkMessage(string Name, Channel Channel, string Recipient, string Subject, DateTimeOffset WrittenAt, MailContent Content);

/// <summary>
/// The folder that takes messages instead of a server, for trying things out: each mail as an .eml file that mail programs open, and every
/// message as a .json file for the page that shows them.
/// </summary>
public sealed class MessageSink(IOptions<MailSettings> options, CurrentTenant tenant, TimeProvider clock)
{
    private const int Shown = 200;

    // Every tenant shows its own page of what was sent, so each has a folder to itself.
    private string Folder => Path.GetFullPath(tenant.Tenant.IsHost ? options.Value.Folder : Path.Combine(options.Value.Folder, "tenants", tenant.Tenant.Name));

    public bool IsConfigured => options.Value.Folder.Length > 0;

    /// <summary>The newest first; nothing without <see cref="Permission.NotificationsView"/>.</summary>
    public async Task<IReadOnlyList<SunkMessage>> ListAsync(Actor actor, CancellationToken cancel)
    {
        if (!actor.Can(Permission.NotificationsView) || !Directory.Exists(Folder))
            return [];
        var found = new List<SunkMessage>();
        foreach (var file in Directory.EnumerateFiles(Folder, "*.json").OrderDescending(StringComparer.Ordinal).Take(Shown))
            found.Add((await ReadAsync(file, cancel))!);
        return found;
    }

    internal async Task WriteAsync(OutboxMessage message, MailContent content, MailMessage? mail, CancellationToken cancel)
    {
        Directory.CreateDirectory(Folder);
        var now = clock.GetUtcNow();
        var name = $"{now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{message.Id:N}";
        if (mail is not null)
            await WriteAsync(mail, Path.Combine(Folder, $"{name}.eml"), cancel);
        await using var file = File.Create(Path.Combine(Folder, $"{name}.json"));
        await JsonSerializer.SerializeAsync(file, new SunkMessage(name, message.Channel, message.Recipient, message.Subject, now, content), cancellationToken: cancel);
    }

    // SmtpClient chooses the name, so it gets a folder to itself.
    private async Task WriteAsync(MailMessage mail, string path, CancellationToken cancel)
    {
        var own = Directory.CreateDirectory(Path.Combine(Folder, $".{Guid.NewGuid():N}"));
        try
        {
            using var client = new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = own.FullName };
            await client.SendMailAsync(mail, cancel);
            own.GetFiles().Single().MoveTo(path, overwrite: true);
        }
        finally
        {
            own.Delete(recursive: true);
        }
    }

    private static async Task<SunkMessage?> ReadAsync(string path, CancellationToken cancel)
    {
        await using var file = File.OpenRead(path);
        return await JsonSerializer.DeserializeAsync<SunkMessage>(file, cancellationToken: cancel);
    }
}
