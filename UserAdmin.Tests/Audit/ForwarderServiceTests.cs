using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Audit.Forwarding;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;

namespace UserAdmin.Tests.Audit;

public class ForwarderServiceTests
{
    private const string Key = "a key of more than sixteen";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_who_looks_after_the_log_may_send_events_elsewhere_and_after_a_fresh_sign_in()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, grace) = (await portal.Given(Alice), await portal.Given(Grace));
        var stale = alice with { AuthenticatedAt = portal.Clock.Now.AddMinutes(-11) };

        var byGrace = await portal.Run((ForwarderService forwarders) => forwarders.AddAsync(Form(), grace, Cancel));
        var byStale = await portal.Run((ForwarderService forwarders) => forwarders.AddAsync(Form(), stale, Cancel));
        var byAlice = await portal.Run((ForwarderService forwarders) => forwarders.AddAsync(Form(), alice, Cancel));

        Assert.Equal((ProblemKind.NotAllowed, ProblemKind.StepUp, null), (byGrace.Problem?.Kind, byStale.Problem?.Kind, byAlice.Problem));
        Assert.Equal(grace.UserId, (await portal.Event(AuditAction.AccessDenied)).ActorId);
        Assert.Empty(await portal.Run((ForwarderService forwarders) => forwarders.ListAsync(grace, Cancel)));
        Assert.Null(await portal.Run((ForwarderService forwarders) => forwarders.FindAsync(byAlice.Value, grace, Cancel)));
        Assert.Single(await portal.Run((ForwarderService forwarders) => forwarders.ListAsync(alice, Cancel)));
    }

    [Fact]
    public async Task The_key_is_encrypted_shown_nowhere_and_kept_when_a_change_leaves_it_empty()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var id = (await portal.Run((ForwarderService forwarders) => forwarders.AddAsync(Form(), alice, Cancel))).Value;
        var details = await portal.Run((ForwarderService forwarders) => forwarders.FindAsync(id, alice, Cancel));
        var before = await portal.Run((UserAdminDbContext db) => db.AuditForwarders.AsNoTracking().SingleAsync(Cancel));

        var saved = await portal.Run((ForwarderService forwarders) => forwarders.SaveAsync(id, new() { Name = "Other", Address = "https://example.com/two" }, details!.Stamp, alice, Cancel));
        var late = await portal.Run((ForwarderService forwarders) => forwarders.SaveAsync(id, new() { Name = "Late", Address = "https://example.com/three" }, details!.Stamp, alice, Cancel));
        var changed = await portal.Run(async (ForwarderService forwarders) =>
            await forwarders.SaveAsync(id, new() { Name = "Other", Address = "https://example.com/two", Secret = "another key, long enough" }, (await forwarders.FindAsync(id, alice, Cancel))!.Stamp, alice, Cancel));

        var after = await portal.Run((UserAdminDbContext db) => db.AuditForwarders.AsNoTracking().SingleAsync(Cancel));
        Assert.Equal((true, ProblemKind.Conflict, true), (saved.Succeeded, late.Problem?.Kind, changed.Succeeded));
        Assert.Equal("", details!.Form.Secret);
        Assert.DoesNotContain(Key, before.Secret, StringComparison.Ordinal);
        Assert.NotEqual(before.Secret, after.Secret);
        Assert.Equal(["Name: Events -> Other, Address: https://example.com/events -> https://example.com/two", "Secret: •••••• -> ••••••"],
            (await portal.Events(AuditAction.ForwarderEdited)).OrderBy(e => e.Id).Select(e => string.Join(", ", e.Differences)));
    }

    [Fact]
    public async Task Pausing_resuming_and_removing_are_recorded()
    {
        await using var portal = await TestPortal.StartAsync();
        var alice = await portal.Given(Alice);
        var id = (await portal.Run((ForwarderService forwarders) => forwarders.AddAsync(Form(), alice, Cancel))).Value;

        await portal.Run((ForwarderService forwarders) => forwarders.PauseAsync(id, alice, Cancel));
        var paused = Assert.Single(await portal.Run((ForwarderService forwarders) => forwarders.ListAsync(alice, Cancel)));
        await portal.Run((ForwarderService forwarders) => forwarders.ResumeAsync(id, alice, Cancel));
        var resumed = Assert.Single(await portal.Run((ForwarderService forwarders) => forwarders.ListAsync(alice, Cancel)));
        await portal.Run((ForwarderService forwarders) => forwarders.RemoveAsync(id, "Moved away", alice, Cancel));

        Assert.Equal((false, true), (paused.IsActive, resumed.IsActive));
        Assert.Empty(await portal.Run((ForwarderService forwarders) => forwarders.ListAsync(alice, Cancel)));
        await portal.Event(AuditAction.ForwarderPaused);
        await portal.Event(AuditAction.ForwarderResumed);
        Assert.Equal("Moved away", (await portal.Event(AuditAction.ForwarderRemoved)).Reason);
    }

    [Theory]
    [InlineData(ForwarderKind.Webhook, "https://example.com/events", "https://example.com/events")]
    [InlineData(ForwarderKind.Webhook, "ftp://example.com", null)]
    [InlineData(ForwarderKind.Webhook, "https://user:word@example.com", null)]
    [InlineData(ForwarderKind.Webhook, "example.com", null)]
    [InlineData(ForwarderKind.Otlp, "https://example.com:4318", "https://example.com:4318/v1/logs")]
    [InlineData(ForwarderKind.Otlp, "https://example.com/otlp/v1/logs", "https://example.com/otlp/v1/logs")]
    [InlineData(ForwarderKind.Syslog, "tls://log.example.org", "tls://log.example.org:6514")]
    [InlineData(ForwarderKind.Syslog, "tcp://[2a00::1]:1514", "tcp://[2a00::1]:1514")]
    [InlineData(ForwarderKind.Syslog, "tls://log.example.org:6514#abc", null)]
    [InlineData(ForwarderKind.Syslog, "https://log.example.org", null)]
    public void An_address_is_read_as_its_kind_has_it(ForwarderKind kind, string typed, string? kept) =>
        Assert.Equal(kept, new ForwarderForm { Kind = kind, Address = typed }.Normalized());

    private static ForwarderForm Form() => new() { Kind = ForwarderKind.Webhook, Name = "Events", Address = "https://example.com/events", Secret = Key };
}
