using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace UserAdmin.Core.Notifications;

/// <summary>Hands short messages to Twilio's HTTP API, or writes them into the mail folder where there is no account.</summary>
internal sealed partial class SmsSender(IHttpClientFactory clients, IOptions<SmsSettings> options, MessageSink sink) : IMessageSender
{
    public const string ClientName = "sms";

    private readonly SmsSettings settings = options.Value;

    public Channel Channel => Channel.Sms;

    public bool IsConfigured => settings.IsConfigured || sink.IsConfigured;

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}$")]
    private static partial Regex PhoneNumber { get; }

    [GeneratedRegex(@"[\s().\-/]")]
    private static partial Regex Separator { get; }

    public async Task<DeliveryAnswer> SendAsync(OutboxMessage message, MailContent content, CancellationToken cancel)
    {
        var phone = Separator.Replace(message.Recipient, "");
        if (!PhoneNumber.IsMatch(phone))
            return new(Delivery.Never, "This is not a phone number with its country code, like +44 20 7946 0000.");
        if (!settings.IsConfigured)
        {
            await sink.WriteAsync(message, content, null, cancel);
            return new(Delivery.Done, "Written into the mail folder");
        }
        try
        {
            return await PostAsync(phone, content.Text.Trim(), cancel);
        }
        catch (HttpRequestException unreachable)
        {
            return new(Delivery.Later, unreachable.Message);
        }
    }

    private async Task<DeliveryAnswer> PostAsync(string phone, string text, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{settings.BaseUrl.TrimEnd('/')}/2010-04-01/Accounts/{Uri.EscapeDataString(settings.AccountSid)}/Messages.json")
        {
            Content = new FormUrlEncodedContent(
            [
                new("To", phone),
                new(settings.From.StartsWith("MG", StringComparison.Ordinal) ? "MessagingServiceSid" : "From", settings.From),
                new("Body", text),
            ]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.AccountSid}:{settings.AuthToken}")));
        using var client = clients.CreateClient(ClientName);
        using var response = await client.SendAsync(request, cancel);
        var answer = await ReadAsync(response, cancel);
        var words = $"{(int)response.StatusCode} {answer.Status} {answer.Code} {answer.Message}";
        return new(response.IsSuccessStatusCode ? Delivery.Done : IsPermanent(response.StatusCode) ? Delivery.Never : Delivery.Later, words);
    }

    // Refused as it is, it will be refused again. An account that is wrong or busy can recover.
    private static bool IsPermanent(HttpStatusCode status) => status == HttpStatusCode.BadRequest;

    private static async Task<Answer> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<Answer>(cancel) ?? new();
        }
        catch (JsonException)
        {
            return new() { Message = response.ReasonPhrase };
        }
    }

    private sealed record Answer
    {
        // "queued" after success, the number of the HTTP status after a failure.
        [JsonPropertyName("status")] public JsonElement? Status { get; init; }
        [JsonPropertyName("code")] public int? Code { get; init; }
        [JsonPropertyName("message")] public string? Message { get; init; }
    }
}
