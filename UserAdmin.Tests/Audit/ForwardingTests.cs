using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Forwarding;
using UserAdmin.Core.Audit.Sealing;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Jobs;
using UserAdmin.Core.Notifications;

namespace UserAdmin.Tests.Audit;

public class ForwardingTests
{
    private const string Key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Databases => TestDatabase.Each;

    [Theory, MemberData(nameof(Databases))]
    public async Task L8_Events_arrive_in_order_and_signed_and_none_is_lost_or_doubled_when_a_batch_is_refused(DatabaseProvider provider)
    {
        await using var portal = await StartAsync(provider);
        var alice = await portal.Given(Alice);
        var received = new List<(string Id, long Seq, int Stream)>();
        var calls = 0;
        var forged = 0;
        await using var server = await LocalServer.StartAsync(async http =>
        {
            if (++calls == 2)
            {
                http.Response.StatusCode = 503;
                return;
            }
            var body = await ReadAsync(http);
            var expected = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Key[6..]), Encoding.UTF8.GetBytes($"{http.Request.Headers["webhook-id"]}.{http.Request.Headers["webhook-timestamp"]}.{body}")));
            forged += http.Request.Headers["webhook-signature"] == $"v1,{expected}" ? 0 : 1;
            received.AddRange(JsonDocument.Parse(body).RootElement.EnumerateArray().Select(e => (e.GetProperty("id").GetString()!, e.GetProperty("seq").GetInt64(), e.GetProperty("stream").GetInt32())));
        });
        await AddAsync(portal, alice, ForwarderKind.Webhook, server.Address, Key);
        await GivenAsync(portal, alice, 450);

        var first = await SendAsync(portal);
        var afterFirst = received.Count;
        var waiting = Assert.Single(await ListAsync(portal, alice));
        var tooSoon = await SendAsync(portal);
        portal.Clock.Advance(TimeSpan.FromMinutes(1));
        await SendAsync(portal);
        var idle = await SendAsync(portal);

        var all = await portal.Run((UserAdminDbContext db) => db.AuditEvents.AsNoTracking().OrderBy(e => e.Stream).ThenBy(e => e.Seq).Select(e => e.Id).ToListAsync(Cancel));
        Assert.Contains("503", first.Text, StringComparison.Ordinal);
        Assert.Equal((200, 1), (afterFirst, waiting.Failures));
        Assert.Null(tooSoon.Summary);
        Assert.Null(idle.Summary);
        Assert.StartsWith("200 events were sent to 1 systems; 1 could not be reached", first.Summary, StringComparison.Ordinal);
        Assert.Equal(all.Select(id => id.ToString()), received.Select(e => e.Id));
        Assert.Equal(0, forged);
        Assert.Equal((0L, 0, null), Assert.Single(await ListAsync(portal, alice)) is var row ? (row.Behind, row.Failures, row.LastProblem) : default);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task L8_A_server_that_dies_after_a_batch_was_taken_sends_that_batch_again_and_no_other(DatabaseProvider provider)
    {
        await using var portal = await StartAsync(provider);
        var alice = await portal.Given(Alice);
        var batches = new List<List<long>>();
        using var death = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using var server = await LocalServer.StartAsync(async http =>
        {
            batches.Add([.. JsonDocument.Parse(await ReadAsync(http)).RootElement.EnumerateArray().Where(e => e.GetProperty("stream").GetInt32() == (int)AuditStream.Security).Select(e => e.GetProperty("seq").GetInt64())]);
            if (batches.Count == 2)
            {
                await death.CancelAsync();
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        });
        await AddAsync(portal, alice, ForwarderKind.Webhook, server.Address, Key);
        await GivenAsync(portal, alice, 450);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SendAsync(portal, death.Token));
        await SendAsync(portal);

        var numbers = batches.Where(batch => batch.Count > 0).ToList();
        Assert.Equal(numbers[1], numbers[2]);
        Assert.Equal(Enumerable.Range(1, 450).Select(n => (long)n), numbers[0].Concat(numbers[1]).Concat(numbers.Skip(3).SelectMany(batch => batch)));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task L8_Two_servers_at_once_send_each_event_once(DatabaseProvider provider)
    {
        await using var portal = await StartAsync(provider);
        var alice = await portal.Given(Alice);
        var received = new System.Collections.Concurrent.ConcurrentBag<string>();
        await using var server = await LocalServer.StartAsync(async http =>
        {
            foreach (var one in JsonDocument.Parse(await ReadAsync(http)).RootElement.EnumerateArray())
                received.Add(one.GetProperty("id").GetString()!);
        });
        await AddAsync(portal, alice, ForwarderKind.Webhook, server.Address, Key);
        await GivenAsync(portal, alice, 300);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => SendAsync(portal), Cancel)));

        Assert.Equal(await portal.CountEvents(), received.Count);
        Assert.Distinct(received);
    }

    [Fact]
    public async Task L8_What_was_sealed_before_is_sent_only_when_that_is_wanted()
    {
        await using var portal = await StartAsync();
        var alice = await portal.Given(Alice);
        var counts = new Dictionary<string, int>();
        await using var server = await LocalServer.StartAsync(async http =>
            counts[http.Request.Path] = counts.GetValueOrDefault(http.Request.Path.ToString()) + JsonDocument.Parse(await ReadAsync(http)).RootElement.GetArrayLength());
        await GivenAsync(portal, alice, 7);

        await AddAsync(portal, alice, ForwarderKind.Webhook, $"{server.Address}/new", Key);
        await AddAsync(portal, alice, ForwarderKind.Webhook, $"{server.Address}/all", Key, fromBeginning: true);
        await SendAsync(portal);

        Assert.Equal(new Dictionary<string, int> { ["/all"] = 7 }, counts);
    }

    [Fact]
    public async Task L8_A_collector_gets_log_records_and_what_it_refused_for_good_is_shown()
    {
        await using var portal = await StartAsync();
        var alice = await portal.Given(Alice);
        var (path, token, records) = ("", "", new List<JsonElement>());
        await using var server = await LocalServer.StartAsync(async http =>
        {
            (path, token) = (http.Request.Path.ToString(), http.Request.Headers.Authorization.ToString());
            records.AddRange(JsonDocument.Parse(await ReadAsync(http)).RootElement.GetProperty("resourceLogs")[0].GetProperty("scopeLogs")[0].GetProperty("logRecords").EnumerateArray());
            await http.Response.WriteAsync("""{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old"}}""", Cancel);
        });
        await AddAsync(portal, alice, ForwarderKind.Otlp, server.Address, "secret-token");
        await GivenAsync(portal, alice, 3, AuditOutcome.Failure);

        await SendAsync(portal);

        var events = await portal.Events(AuditAction.SignedIn);
        Assert.Equal(("/v1/logs", "Bearer secret-token"), (path, token));
        var signIns = records.Where(record => record.GetProperty("severityText").GetString() == "WARN").ToList();
        Assert.Equal(events.Select(e => $"{e.UtcMicroseconds}000"), signIns.Select(record => record.GetProperty("timeUnixNano").GetString()));
        Assert.Equal("Alice Archer signed in", signIns[0].GetProperty("body").GetProperty("stringValue").GetString());
        var row = Assert.Single(await ListAsync(portal, alice));
        Assert.Equal((0L, 0), (row.Behind, row.Failures));
        Assert.Contains("too old", row.LastProblem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_looks_after_the_log_is_told_once_when_events_don_t_arrive_and_that_they_do_again()
    {
        await using var portal = await StartAsync();
        var (alice, _, _) = (await portal.Given(Alice), await portal.Given(Grace), await portal.Given(Erin));
        var status = 500;
        await using var server = await LocalServer.StartAsync(http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await AddAsync(portal, alice, ForwarderKind.Webhook, server.Address, Key);
        await GivenAsync(portal, alice, 1);

        for (var i = 0; i < 8; i++)
        {
            await SendAsync(portal);
            portal.Clock.Advance(TimeSpan.FromHours(1));
        }
        status = 200;
        await SendAsync(portal);

        var mails = await portal.Run((UserAdminDbContext db) => db.OutboxMessages.Where(m => m.Template == MailKind.ForwardingFailed.Key).Select(m => m.Recipient).Order().ToListAsync(Cancel));
        Assert.Equal([Alice.Email, Erin.Email], mails);
        Assert.Equal("It answered 500 InternalServerError.", (await portal.Event(AuditAction.ForwardingFailed)).Reason);
        await portal.Event(AuditAction.ForwardingRecovered);
        Assert.Equal(0, Assert.Single(await ListAsync(portal, alice)).Failures);
    }

    [Fact]
    public async Task A_silent_server_and_one_that_leads_elsewhere_have_not_taken_the_events()
    {
        await using var portal = await StartAsync(settings: ("Forwarding:TimeoutSeconds", "1"));
        var alice = await portal.Given(Alice);
        var reached = false;
        await using var server = await LocalServer.StartAsync(async http =>
        {
            if (http.Request.Path == "/silent")
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            else if (http.Request.Path == "/elsewhere")
                http.Response.Redirect("/reached");
            else
                reached = true;
        });
        var silent = await AddAsync(portal, alice, ForwarderKind.Webhook, $"{server.Address}/silent", Key);
        var elsewhere = await AddAsync(portal, alice, ForwarderKind.Webhook, $"{server.Address}/elsewhere", Key);

        var first = await portal.Run((ForwarderService forwarders) => forwarders.TestAsync(silent, alice, Cancel));
        var second = await portal.Run((ForwarderService forwarders) => forwarders.TestAsync(elsewhere, alice, Cancel));

        Assert.Equal("No answer within 1 seconds.", first.Problem?.Message);
        Assert.Contains("redirect", second.Problem?.Message, StringComparison.Ordinal);
        Assert.False(reached);
        Assert.Equal(2, (await portal.Events(AuditAction.ForwarderTested)).Count(e => e.Outcome == AuditOutcome.Failure));
    }

    private static Task<TestPortal> StartAsync(DatabaseProvider provider = DatabaseProvider.Sqlite, params (string, string)[] settings) =>
        TestPortal.StartAsync(provider, [("Forwarding:AllowedNetworks", "127.0.0.0/8"), .. settings]);

    private static async Task<string> ReadAsync(HttpContext http) => await new StreamReader(http.Request.Body).ReadToEndAsync(Cancel);

    private static async Task<Guid> AddAsync(TestPortal portal, Actor actor, ForwarderKind kind, string address, string secret, bool fromBeginning = false)
    {
        var added = await portal.Run((ForwarderService forwarders) => forwarders.AddAsync(new() { Kind = kind, Name = "Collector", Address = address, Secret = secret, FromBeginning = fromBeginning }, actor, Cancel));
        Assert.Null(added.Problem);
        return added.Value;
    }

    private static async Task GivenAsync(TestPortal portal, Actor actor, int events, AuditOutcome outcome = AuditOutcome.Success)
    {
        await portal.Run(async (UserAdminDbContext db) =>
        {
            for (var i = 0; i < events; i++)
                db.Record(AuditAction.SignedIn, actor, null, portal.Clock.Now.AddSeconds(i), outcome: outcome);
            return await db.SaveChangesAsync(Cancel);
        });
        await Sealed.NumberAsync(portal);
    }

    private static async Task<JobLog> SendAsync(TestPortal portal, CancellationToken? cancel = null)
    {
        var log = new JobLog(portal.Clock);
        await portal.Run(async (AuditForwarding forwarding) =>
        {
            await forwarding.SendDueAsync(log, cancel ?? Cancel);
            return true;
        });
        return log;
    }

    private static Task<IReadOnlyList<ForwarderRow>> ListAsync(TestPortal portal, Actor actor) => portal.Run((ForwarderService forwarders) => forwarders.ListAsync(actor, Cancel));
}
