using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Notifications;

/// <summary>Hands mail to the configured server, or writes it into the configured folder.</summary>
internal sealed class MailSender(IOptions<MailSettings> options, MessageSink sink) : IMessageSender
{
    private readonly MailSettings settings = options.Value;

    public Channel Channel => Channel.Email;

    public bool IsConfigured => settings.IsConfigured;

    public async Task<DeliveryAnswer> SendAsync(OutboxMessage message, MailContent content, CancellationToken cancel)
    {
        if (!EmailAttribute.IsAddress(message.Recipient))
            return new(Delivery.Never, "This is not an email address.");

        using var mail = Compose(message, content);
        if (settings.Folder.Length > 0)
        {
            await sink.WriteAsync(message, content, mail, cancel);
            return new(Delivery.Done, $"Written into the folder {settings.Folder}");
        }
        try
        {
            using var client = new SmtpClient(settings.Host, settings.Port) { EnableSsl = settings.Security == MailSecurity.StartTls };
            if (settings.UserName.Length > 0)
                client.Credentials = new NetworkCredential(settings.UserName, settings.Password);
            await client.SendMailAsync(mail, cancel).WaitAsync(cancel);
            return new(Delivery.Done, $"Accepted by {settings.Host}");
        }
        catch (SmtpException refused)
        {
            return new(IsPermanent(refused) ? Delivery.Never : Delivery.Later, WordsOf(refused));
        }
    }

    internal MailMessage Compose(OutboxMessage message, MailContent content)
    {
        var from = content.Origin.Address ?? (settings.From.Length > 0 ? settings.From : "portal@localhost");
        var mail = new MailMessage
        {
            From = new(from, content.Origin.Name ?? settings.FromName, Encoding.UTF8),
            Subject = message.Subject,
            SubjectEncoding = Encoding.UTF8,
            HeadersEncoding = Encoding.UTF8,
            Body = content.Text,
            BodyEncoding = Encoding.UTF8,
        };
        mail.To.Add(new MailAddress(message.Recipient));
        if (content.Origin.AnswersTo is { } answers)
            mail.ReplyToList.Add(new MailAddress(answers));
        mail.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(content.Html, Encoding.UTF8, MediaTypeNames.Text.Html));
        if (content.File is { } file)
            mail.Attachments.Add(new(new MemoryStream(file.Content), file.Name, file.ContentType));
        // The same at every attempt: should an answer get lost, the recipient's program sees that it has this one already.
        mail.Headers.Add("Message-ID", $"<{message.Id:N}@{from.Split('@')[1]}>");
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.Headers.Add("Content-Language", message.Language);
        return mail;
    }

    // Only what the server says of the recipient is final. A wrong password or a sender it won't take can be mended by the operator.
    private static bool IsPermanent(SmtpException refused) =>
        refused is SmtpFailedRecipientException recipient
        && (int)(recipient is SmtpFailedRecipientsException { InnerExceptions: [var first, ..] } ? first : recipient).StatusCode is >= 500 and < 600;

    private string WordsOf(SmtpException refused)
    {
        var words = new StringBuilder();
        for (Exception? failure = refused; failure is not null; failure = failure.InnerException)
            words.Append(CultureInfo.InvariantCulture, $"{failure.Message} ");
        if ((int)refused.StatusCode is >= 400 and < 600 and var code)
            words.Insert(0, $"{code} ");
        return settings.Password.Length > 0 ? words.ToString().Replace(settings.Password, "••••••", StringComparison.Ordinal) : words.ToString();
    }
}
