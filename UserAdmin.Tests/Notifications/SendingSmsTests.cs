using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Tests.Notifications;

public class SendingSmsTests
{
    private static readonly MailKind Code = new("activation", "Your code", ["link", "hours"], CarriesSecret: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_short_message_goes_to_the_configured_account()
    {
        await using var twilio = await Twilio.StartAsync(201, """{"sid":"SM1","status":"queued"}""");
        await using var portal = await Portal(twilio);

        var row = await Send(portal, "+44 20 7946 0000");

        var request = Assert.Single(twilio.Requests);
        Assert.Equal(("/2010-04-01/Accounts/AC123/Messages.json", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("AC123:canary-token"))}"), (request.Path, request.Authorization));
        Assert.Equal(("+442079460000", "+15005550006"), (request.Form["To"].ToString(), request.Form["From"].ToString()));
        Assert.StartsWith("Hello Carol,", request.Form["Body"].ToString());
        Assert.DoesNotContain("Nobody reads answers", request.Form["Body"].ToString());
        Assert.Equal((MessageState.Sent, "201 queued", null), (row.State, row.LastAnswer, row.Content));
    }

    [Theory]
    [InlineData(400, """{"code":21211,"message":"The 'To' number is not valid","status":400}""", MessageState.Dead, "400 400 21211 The 'To' number is not valid")]
    [InlineData(401, """{"code":20003,"message":"Authenticate","status":401}""", MessageState.Waiting, "401 401 20003 Authenticate")]
    [InlineData(429, "busy", MessageState.Waiting, "429 Too Many Requests")]
    [InlineData(503, "<html>", MessageState.Waiting, "503 Service Unavailable")]
    public async Task A_refused_number_is_dead_at_once_and_a_refused_account_is_tried_again(int status, string answer, MessageState state, string words)
    {
        await using var twilio = await Twilio.StartAsync(status, answer);
        await using var portal = await Portal(twilio);

        var row = await Send(portal, "+442079460000");

        Assert.Equal((state, 1, words), (row.State, row.Attempts, row.LastAnswer));
    }

    [Fact]
    public async Task A_number_without_a_country_code_is_never_sent()
    {
        await using var twilio = await Twilio.StartAsync(201, "{}");
        await using var portal = await Portal(twilio);

        Assert.Equal(MessageState.Dead, (await Send(portal, "020 7946 0000")).State);
        Assert.Empty(twilio.Requests);
    }

    [Fact]
    public async Task An_account_that_cannot_be_reached_is_tried_again()
    {
        var twilio = await Twilio.StartAsync(201, "{}");
        await using var portal = await Portal(twilio);
        await twilio.DisposeAsync();

        Assert.Equal(MessageState.Waiting, (await Send(portal, "+442079460000")).State);
    }

    private static Task<TestPortal> Portal(Twilio twilio) => TestPortal.StartAsync(
        DatabaseProvider.Sqlite, ("Sms:AccountSid", "AC123"), ("Sms:AuthToken", "canary-token"), ("Sms:From", "+15005550006"), ("Sms:BaseUrl", twilio.Url));

    private static async Task<OutboxMessage> Send(TestPortal portal, string phone)
    {
        var carol = await portal.Load((await portal.Given(Carol)).Id);
        await portal.Run(async (IServiceProvider services) =>
        {
            await services.GetRequiredService<Outbox>().AddSmsAsync(Code, carol, phone, null, Cancel, ("link", "http://localhost/x"), ("hours", "24"));
            return await services.GetRequiredService<UserAdminDbContext>().SaveChangesAsync(Cancel);
        });
        await portal.Services.GetRequiredService<OutboxDelivery>().SendDueAsync(portal.Services.GetRequiredService<TenantDirectory>().Default, Cancel);
        return await portal.Run((UserAdminDbContext db) => db.OutboxMessages.AsNoTracking().SingleAsync());
    }

    private sealed record Request(string Path, string Authorization, IFormCollection Form);

    /// <summary>Answers every request alike and remembers them.</summary>
    private sealed class Twilio : IAsyncDisposable
    {
        private readonly WebApplication app;

        private Twilio(int status, string answer)
        {
            var builder = WebApplication.CreateEmptyBuilder(new());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            app = builder.Build();
            app.Run(async context =>
            {
                Requests.Add(new(context.Request.Path, context.Request.Headers.Authorization.ToString(), await context.Request.ReadFormAsync(Cancel)));
                context.Response.StatusCode = status;
                context.Response.ContentType = answer.StartsWith('{') ? "application/json" : "text/html";
                await context.Response.WriteAsync(answer, Cancel);
            });
        }

        public List<Request> Requests { get; } = [];

        public string Url => app.Urls.First();

        public static async Task<Twilio> StartAsync(int status, string answer)
        {
            var twilio = new Twilio(status, answer);
            await twilio.app.StartAsync(Cancel);
            return twilio;
        }

        public async ValueTask DisposeAsync() => await app.DisposeAsync();
    }
}
