using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.Tenants;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Notifications;

public class SendingMailTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mail_arrives_as_text_and_HTML_from_the_portal_with_an_id_of_its_own()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, smtp.Settings);
        var queued = await Queue(portal, "Zoë", "zoe@example.org");

        await Send(portal);

        var mail = Assert.Single(await smtp.Until(1));
        Assert.Equal(("portal@example.org", "zoe@example.org"), (mail.From, Assert.Single(mail.To)));
        Assert.Equal($"<{queued:N}@example.org>", mail.Header("Message-ID"));
        Assert.Equal("auto-generated", mail.Header("Auto-Submitted"));
        Assert.Contains("<portal@example.org>", mail.Header("From"));
        Assert.Equal(["text/plain", "text/html"], mail.Parts.Select(part => part.Type));
        Assert.All(mail.Parts, part => Assert.Contains("Hello Zoë,", part.Text));
        var row = await Row(portal, queued);
        Assert.Equal((MessageState.Sent, 1, portal.Clock.Now, "Accepted by 127.0.0.1"), (row.State, row.Attempts, row.SentAt, row.LastAnswer));
    }

    [Fact]
    public async Task F04_Nothing_a_person_is_called_adds_a_header_or_a_recipient()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, smtp.Settings);
        await Queue(portal, "Carol\r\nBcc: victim@example.org\r\n\r\n<h1>", "carol@example.org", "Hi {{name}}\u2028\r\nX-Evil: yes");

        await Send(portal);

        var mail = Assert.Single(await smtp.Until(1));
        Assert.Equal(["carol@example.org"], mail.To);
        Assert.Null(mail.Header("Bcc"));
        Assert.Null(mail.Header("X-Evil"));
        Assert.Equal(["text/plain", "text/html"], mail.Parts.Select(part => part.Type));
    }

    [Fact]
    public async Task A_message_with_a_secret_loses_its_content_once_sent_and_others_keep_it()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, smtp.Settings);
        var secret = await Queue(portal, "Carol", "carol@example.org");
        var plain = await Queue(portal, "Carol", "carol@example.org", carriesSecret: false);

        await Send(portal);

        Assert.Null((await Row(portal, secret)).Content);
        Assert.NotNull((await Row(portal, plain)).Content);
    }

    [Fact]
    public async Task A_hundred_mails_wait_while_the_server_is_down_and_arrive_once_each_when_it_is_back()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, smtp.Settings);
        await smtp.StopAsync();
        for (var i = 0; i < 100; i++)
            await Queue(portal, "Carol", $"carol{i}@example.org");

        await Send(portal);
        Assert.All(await Rows(portal), row => Assert.Equal((MessageState.Waiting, 1, portal.Clock.Now.AddMinutes(1)), (row.State, row.Attempts, row.NextAttemptAt)));
        await smtp.StartAgainAsync();
        await Send(portal);
        Assert.Empty(smtp.Received);
        portal.Clock.Advance(TimeSpan.FromMinutes(1));
        await Send(portal);
        portal.Clock.Advance(TimeSpan.FromDays(1));
        await Send(portal);

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"carol{i}@example.org").Order(), (await smtp.Until(100)).Select(mail => mail.To[0]).Order());
        Assert.All(await Rows(portal), row => Assert.Equal((MessageState.Sent, 2), (row.State, row.Attempts)));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task Of_two_servers_at_once_one_sends_each_message(DatabaseProvider provider)
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var portal = await TestPortal.StartAsync(provider, smtp.Settings);
        for (var i = 0; i < 60; i++)
            await Queue(portal, "Carol", $"carol{i}@example.org");

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Send(portal), Cancel)));

        Assert.Equal(60, (await smtp.Until(60)).Select(mail => mail.To[0]).Distinct().Count());
        Assert.Equal(60, smtp.Received.Count);
        Assert.All(await Rows(portal), row => Assert.Equal((MessageState.Sent, 1, null), (row.State, row.Attempts, row.HeldUntil)));
    }

    [Fact]
    public async Task What_a_dead_server_held_is_sent_by_another_when_the_time_is_over()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, smtp.Settings);
        var queued = await Queue(portal, "Carol", "carol@example.org");
        var until = portal.Clock.Now.AddMinutes(3);
        await portal.Run((UserAdminDbContext db) => db.OutboxMessages.ExecuteUpdateAsync(row => row.SetProperty(m => m.HeldUntil, until)));

        await Send(portal);
        Assert.Equal(until, await portal.Run((OutboxDelivery delivery) => delivery.NextDueAsync(Tenant(portal), Cancel)));
        Assert.Empty(smtp.Received);
        portal.Clock.Advance(TimeSpan.FromMinutes(3));
        await Send(portal);

        Assert.Equal($"<{queued:N}@example.org>", Assert.Single(await smtp.Until(1)).Header("Message-ID"));
    }

    [Fact]
    public async Task A_poison_message_keeps_nobody_elses_from_being_sent()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, smtp.Settings);
        var dropped = await Queue(portal, "Poison", "poison@example.org");
        var garbled = await Queue(portal, "Carol", "carol@example.org");
        var malformed = await Queue(portal, "Carol", "carol@example.org\r\nBcc: x@example.org");
        await portal.Run((UserAdminDbContext db) => db.OutboxMessages.Where(m => m.Id == garbled).ExecuteUpdateAsync(row => row.SetProperty(m => m.Content, "not encrypted")));
        for (var i = 0; i < 20; i++)
            await Queue(portal, "Carol", $"carol{i}@example.org");

        await Send(portal);

        Assert.Equal(20, (await smtp.Until(20)).Count);
        Assert.Equal((MessageState.Waiting, 1), await Row(portal, dropped) is var poison ? (poison.State, poison.Attempts) : default);
        Assert.Equal((MessageState.Dead, "Its content can't be decrypted: the key it was encrypted with is missing."), await Row(portal, garbled) is var broken ? (broken.State, broken.LastAnswer) : default);
        Assert.Equal((MessageState.Dead, "This is not an email address."), await Row(portal, malformed) is var wrong ? (wrong.State, wrong.LastAnswer) : default);
    }

    [Fact]
    public async Task A_recipient_the_server_does_not_know_is_dead_at_once_with_the_servers_words()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, smtp.Settings);
        var queued = await Queue(portal, "Nobody", "unknown@example.org");

        await Send(portal);

        var row = await Row(portal, queued);
        Assert.Equal((MessageState.Dead, 1), (row.State, row.Attempts));
        Assert.StartsWith("550 ", row.LastAnswer);
        Assert.Contains("No such user here", row.LastAnswer);
    }

    [Theory, InlineData("full@example.org", "452 "), InlineData("spam@example.org", "554 ")]
    public async Task What_may_be_mended_is_tried_after_1_5_15_and_60_minutes_then_hourly_for_a_day(string address, string code)
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, smtp.Settings);
        var queued = await Queue(portal, "Full", address);
        var began = portal.Clock.Now;
        var pauses = new List<double>();

        for (var row = await Row(portal, queued); row.State == MessageState.Waiting && pauses.Count < 100; row = await Row(portal, queued))
        {
            var before = portal.Clock.Now;
            portal.Clock.Advance(row.NextAttemptAt - before);
            pauses.Add((portal.Clock.Now - before).TotalMinutes);
            await Send(portal);
            Assert.StartsWith(code, (await Row(portal, queued)).LastAnswer);
        }

        Assert.Equal([0, 1, 5, 15, 60, 60], pauses.Take(6));
        Assert.All(pauses.Skip(6), pause => Assert.Equal(60, pause));
        Assert.InRange(portal.Clock.Now - began, TimeSpan.FromHours(23), TimeSpan.FromHours(24));
        Assert.Equal((MessageState.Dead, OutboxDelivery.MostAttempts), await Row(portal, queued) is var dead ? (dead.State, dead.Attempts) : default);
    }

    [Fact]
    public async Task A_certificate_nobody_vouches_for_is_refused_before_anything_is_said()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var smtp = await SmtpServer.StartAsync(("key", key.ExportPkcs8PrivateKeyPem()), ("cert", certificate.ExportCertificatePem()), ("user", "portal"), ("password", "canary-secret"));
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, [.. smtp.SettingsWith("StartTls"), ("Mail:UserName", "portal"), ("Mail:Password", "canary-secret")]);
        var queued = await Queue(portal, "Carol", "carol@example.org");

        await Send(portal);

        var row = await Row(portal, queued);
        Assert.Equal(MessageState.Waiting, row.State);
        Assert.Contains("certificate", row.LastAnswer);
        Assert.Empty(smtp.Received);
    }

    // In a process of its own, because which issuers are known is a matter of the process.
    [Fact]
    public async Task A_started_portal_sends_what_waits_encrypted_to_a_server_whose_certificate_fits()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=mail", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var smtp = await SmtpServer.StartAsync(("key", key.ExportPkcs8PrivateKeyPem()), ("cert", certificate.ExportCertificatePem()), ("user", "portal"), ("password", "canary-secret"));
        await using var portal = await TestPortal.StartAsync();
        await Queue(portal, "Carol", "carol@example.org");
        var folder = Directory.CreateTempSubdirectory("useradmin-test-run-").FullName;
        var known = Path.Combine(folder, "known.pem");
        await File.WriteAllTextAsync(known, certificate.ExportCertificatePem(), Cancel);

        var start = new System.Diagnostics.ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "UserAdmin.Web.dll"), "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SSL_CERT_FILE"] = known;
        start.Environment["UserAdmin__Database__ConnectionString"] = portal.Services.GetRequiredService<TenantDirectory>().Default.ConnectionString;
        start.Environment["UserAdmin__Keys__MasterKey"] = TestPortal.MasterKey;
        foreach (var (name, value) in smtp.SettingsWith("StartTls").Append(("Mail:UserName", "portal")).Append(("Mail:Password", "canary-secret")))
            start.Environment[$"UserAdmin__{name.Replace(":", "__", StringComparison.Ordinal)}"] = value;
        using var program = System.Diagnostics.Process.Start(start)!;
        var output = Task.WhenAll(program.StandardOutput.ReadToEndAsync(Cancel), program.StandardError.ReadToEndAsync(Cancel));
        var received = await smtp.Until(1);
        program.Kill(entireProcessTree: true);
        var log = string.Concat(await output);
        TestFolder.Delete(folder);

        Assert.True(received.Count == 1, log);
        Assert.Equal((true, "portal", "carol@example.org"), (received[0].Secure, received[0].User, received[0].To[0]));
        Assert.DoesNotContain("canary-secret", log);
    }

    [Fact]
    public async Task A_server_without_encryption_gets_nothing_when_encryption_is_wanted()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, smtp.SettingsWith("StartTls"));
        var queued = await Queue(portal, "Carol", "carol@example.org");

        await Send(portal);

        Assert.Equal(MessageState.Waiting, (await Row(portal, queued)).State);
        Assert.Empty(smtp.Received);
    }

    [Theory, InlineData("canary-secret", MessageState.Sent), InlineData("wrong-secret", MessageState.Waiting)]
    public async Task The_portal_signs_in_at_the_server_and_never_tells_the_password(string password, MessageState expected)
    {
        await using var smtp = await SmtpServer.StartAsync(("user", "portal"), ("password", "canary-secret"));
        await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, [.. smtp.Settings, ("Mail:UserName", "portal"), ("Mail:Password", password)]);
        var queued = await Queue(portal, "Carol", "carol@example.org");

        await Send(portal);

        var row = await Row(portal, queued);
        Assert.Equal(expected, row.State);
        Assert.DoesNotContain(password, row.LastAnswer);
        Assert.Equal(expected == MessageState.Sent ? ["portal"] : [], (await smtp.Until(expected == MessageState.Sent ? 1 : 0)).Select(mail => mail.User!));
    }

    [Fact]
    public async Task Without_a_server_messages_wait_without_counting_attempts()
    {
        await using var portal = await TestPortal.StartAsync();
        var queued = await Queue(portal, "Carol", "carol@example.org");

        await Send(portal);

        Assert.Equal((MessageState.Waiting, 0), await Row(portal, queued) is var row ? (row.State, row.Attempts) : default);
        Assert.Null(await portal.Run((OutboxDelivery delivery) => delivery.NextDueAsync(Tenant(portal), Cancel)));
    }

    [Fact]
    public async Task With_a_folder_mails_become_files_that_the_portal_shows()
    {
        var folder = Directory.CreateTempSubdirectory("useradmin-test-mail-").FullName;
        try
        {
            await using var portal = await TestPortal.StartAsync(DatabaseProvider.Sqlite, ("Mail:Folder", folder));
            var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
            await Queue(portal, "Carol", "carol@example.org");

            await Send(portal);

            var eml = await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(folder, "*.eml")), Cancel);
            Assert.Contains("To: carol@example.org", eml);
            Assert.Empty(Directory.GetDirectories(folder));
            var shown = Assert.Single(await portal.Run((MessageSink sink) => sink.ListAsync(alice, Cancel)));
            Assert.Equal(("carol@example.org", "Activate your account at UserAdmin"), (shown.Recipient, shown.Subject));
            Assert.Contains("Hello Carol,", shown.Content.Text);
            Assert.Empty(await portal.Run((MessageSink sink) => sink.ListAsync(carol, Cancel)));
        }
        finally
        {
            TestFolder.Delete(folder);
        }
    }

    [Fact]
    public async Task A_running_portal_sends_what_is_saved_without_waiting_for_its_next_look()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var app = await TestApp.StartAsync([.. smtp.Settings, ("Mail:Dispatch", "true")]);
        await Task.Delay(TimeSpan.FromSeconds(2), Cancel);

        await app.Run((UserService users) => users.CreateAsync(new() { FirstName = "Carol", LastName = "Cooper", UserName = "carol", Email = "carol@example.org" }, app.Alice, Cancel));

        var waited = System.Diagnostics.Stopwatch.StartNew();
        var mail = Assert.Single(await smtp.Until(1));
        Assert.InRange(waited.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        var link = mail.Parts.First().Text.Split("Activate the account: http://localhost")[1].Split('\n')[0].Trim();
        using var carol = app.Open();
        Assert.Equal(HttpStatusCode.Found, (await carol.Get(link)).StatusCode);
    }

    private static Tenant Tenant(TestPortal portal) => portal.Services.GetRequiredService<TenantDirectory>().Default;

    // Each call is a server of its own.
    private static Task Send(TestPortal portal) =>
        new OutboxDelivery(portal.Services.GetRequiredService<TenantDatabases>(), portal.Services.GetRequiredService<IServiceScopeFactory>(), portal.Clock, NullLogger<OutboxDelivery>.Instance).SendDueAsync(Tenant(portal), CancellationToken.None);

    private static Task<Guid> Queue(TestPortal portal, string name, string address, string? subject = null, bool carriesSecret = true) => portal.Run(async (IServiceProvider services) =>
    {
        var db = services.GetRequiredService<UserAdminDbContext>();
        if (subject is not null)
            db.MailTemplates.Add(new() { Key = "activation", Language = "en", Version = 1, Subject = subject, Body = "Hello {{name}}", SavedByName = "Alice" });
        await db.SaveChangesAsync(Cancel);
        await services.GetRequiredService<Outbox>().AddAsync(
            MailKind.Activation with { CarriesSecret = carriesSecret }, new(null, address, name, "en"), null, Cancel, ("link", "http://localhost/account/activate/x"), ("hours", "24"));
        await db.SaveChangesAsync(Cancel);
        return db.OutboxMessages.Local.Single().Id;
    });

    private static Task<OutboxMessage> Row(TestPortal portal, Guid id) => portal.Run((UserAdminDbContext db) => db.OutboxMessages.AsNoTracking().SingleAsync(m => m.Id == id));

    private static Task<List<OutboxMessage>> Rows(TestPortal portal) => portal.Run((UserAdminDbContext db) => db.OutboxMessages.AsNoTracking().ToListAsync());
}
