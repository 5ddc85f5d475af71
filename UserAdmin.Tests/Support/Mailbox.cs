using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;

namespace UserAdmin.Tests.Support;

/// <summary>A mail as it waits to be sent.</summary>
public sealed record Mail(string To, string Kind, string Subject, string Text)
{
    /// <summary>The path of the first link in it that leads to this page.</summary>
    public string PathTo(string page) => Regex.Match(Text, $"https?://[^/]+({Regex.Escape(page)}[A-Za-z0-9_/-]*)").Groups[1].Value;
}

public static class Mailbox
{
    extension(ITestPortal portal)
    {
        /// <summary>Everything that was sent, the oldest first.</summary>
        public async Task<IReadOnlyList<Mail>> Mails()
        {
            await using var scope = portal.CreateScope();
            var outbox = scope.ServiceProvider.GetRequiredService<Outbox>();
            var messages = await scope.ServiceProvider.GetRequiredService<UserAdminDbContext>().OutboxMessages.AsNoTracking().OrderBy(message => message.Id).ToListAsync();
            return [.. messages.Select(message => new Mail(message.Recipient, message.Template, message.Subject, outbox.Read(message)!.Text))];
        }

        /// <summary>The last mail of a kind.</summary>
        public async Task<Mail> LastMail(MailKind kind) => (await portal.Mails()).Last(mail => mail.Kind == kind.Key);
    }
}
