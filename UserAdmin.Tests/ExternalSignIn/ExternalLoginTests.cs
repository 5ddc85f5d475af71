using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Audit;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.ExternalSignIn;

namespace UserAdmin.Tests.ExternalSignIn;

/// <summary>The rules of linking, without a provider: what it proved is given.</summary>
public class ExternalLoginTests
{
    private static readonly ExternalIdentity Somebody = new("acme", "Acme", new string('A', 64), "somebody@example.org", true, "Some", "Body");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A10_Linking_and_unlinking_are_recorded_and_told_by_mail()
    {
        await using var portal = await StartAsync();
        var carol = await portal.Given(Carol);

        Assert.True((await Link(portal, carol)).Succeeded);
        Assert.True((await Link(portal, carol)).Succeeded);
        var linked = await List(portal, carol);
        Assert.True((await Unlink(portal, carol)).Succeeded);
        var unlinked = await List(portal, carol);

        Assert.Equal([new("acme", "Acme", true, "somebody@example.org", true), new("beta", "Beta", false, null, true)], linked);
        Assert.All(unlinked, row => Assert.False(row.IsLinked));
        Assert.Equal(["Acme: - -> somebody@example.org"], (await portal.Event(AuditAction.ExternalLoginLinked)).Differences);
        Assert.Equal(["Acme: somebody@example.org -> -"], (await portal.Event(AuditAction.ExternalLoginUnlinked)).Differences);
        var subjects = await portal.Run((UserAdminDbContext db) => db.OutboxMessages.OrderBy(m => m.CreatedAt).ThenBy(m => m.Id).Select(m => m.Subject).ToListAsync(Cancel));
        Assert.Equal(2, subjects.Count);
        Assert.Contains("A sign-in with Acme was linked with your account", subjects[0]);
        Assert.Contains("The sign-in with Acme was unlinked from your account", subjects[1]);
        Assert.Equal("external.not_there", (await Unlink(portal, carol)).Problem?.Code);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task A10_An_identity_belongs_to_one_account_also_when_two_link_it_at_once(DatabaseProvider provider)
    {
        await using var portal = await StartAsync(provider);
        var (carol, dave) = (await portal.Given(Carol), await portal.Given(Dave));

        var results = await Task.WhenAll(Link(portal, carol), Link(portal, dave));

        Assert.Single(results, result => result.Succeeded);
        Assert.Equal("external.linked_elsewhere", results.Single(result => !result.Succeeded).Problem!.Code);
        Assert.Equal(1, await portal.Run((UserAdminDbContext db) => db.UserLogins.CountAsync(Cancel)));
    }

    [Fact]
    public async Task A10_An_account_is_linked_with_one_identity_of_a_service()
    {
        await using var portal = await StartAsync();
        var carol = await portal.Given(Carol);
        await Link(portal, carol);

        Assert.Equal("external.linked_already", (await Link(portal, carol, Somebody with { Key = new string('B', 64) })).Problem?.Code);
        Assert.True((await Link(portal, carol, Somebody with { Provider = "beta" })).Succeeded);
    }

    [Theory, InlineData("nothing", false), InlineData("password", true), InlineData("another service", true), InlineData("a service that is gone", false), InlineData("passkey", true)]
    public async Task A10_The_last_way_in_stays(string other, bool isUnlinked)
    {
        await using var portal = await StartAsync();
        var carol = await portal.Given(Carol, user => user.PasswordHash = other == "password" ? user.PasswordHash : null);
        await Link(portal, carol);
        if (other is "another service" or "a service that is gone")
            await Link(portal, carol, Somebody with { Provider = other == "another service" ? "beta" : "former" });
        if (other == "passkey")
            await portal.Run(async (UserAdminDbContext db) =>
            {
                db.Add(new IdentityUserPasskey<Guid> { UserId = carol.Id, CredentialId = [1], Data = new() { PublicKey = [1], AttestationObject = [1], ClientDataJson = [1], Name = "key" } });
                return await db.SaveChangesAsync(Cancel);
            });

        var unlinked = await Unlink(portal, carol);

        Assert.Equal(isUnlinked ? null : "external.last_way_in", unlinked.Problem?.Code);
        Assert.Equal(!isUnlinked, (await List(portal, carol))[0].IsLinked);
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task A10_Of_two_services_unlinked_at_once_one_stays_when_nothing_else_is_left(DatabaseProvider provider)
    {
        await using var portal = await StartAsync(provider);
        var carol = await portal.Given(Carol, user => user.PasswordHash = null);
        await Link(portal, carol);
        await Link(portal, carol, Somebody with { Provider = "beta" });

        var results = await Task.WhenAll(Unlink(portal, carol), Unlink(portal, carol, "beta"));

        Assert.Equal("external.last_way_in", Assert.Single(results, result => !result.Succeeded).Problem!.Code);
        Assert.Equal(1, await portal.Run((UserAdminDbContext db) => db.UserLogins.CountAsync(Cancel)));
    }

    [Fact]
    public async Task C11_Linking_and_unlinking_need_a_recent_proof()
    {
        await using var portal = await StartAsync();
        var carol = await portal.Given(Carol) with { SessionId = Guid.NewGuid() };
        await Link(portal, carol);

        Assert.StartsWith("/account/external/beta?link=", (await Begin(portal, carol, "beta")).Value, StringComparison.Ordinal);
        Assert.Equal("external.unknown", (await Begin(portal, carol, "gamma")).Problem?.Code);
        portal.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(ProblemKind.StepUp, (await Begin(portal, carol, "beta")).Problem?.Kind);
        Assert.Equal(ProblemKind.StepUp, (await Unlink(portal, carol)).Problem?.Kind);
    }

    [Fact]
    public async Task A10_A_ticket_to_link_is_for_one_service_one_session_and_one_minute()
    {
        await using var portal = await StartAsync();
        var session = Guid.NewGuid();
        var ticket = await portal.Run((ExternalRequests requests) => Task.FromResult(requests.IssueTicket("acme", session)));
        Task<bool> IsGood(string text, string provider, Guid id) => portal.Run((ExternalRequests requests) => Task.FromResult(requests.IsTicket(text, provider, id)));

        Assert.True(await IsGood(ticket, "acme", session));
        Assert.False(await IsGood(ticket, "beta", session));
        Assert.False(await IsGood(ticket, "acme", Guid.NewGuid()));
        Assert.False(await IsGood("forged", "acme", session));
        portal.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(await IsGood(ticket, "acme", session));
    }

    private static Task<TestPortal> StartAsync(DatabaseProvider provider = DatabaseProvider.Sqlite) => TestPortal.StartAsync(provider,
    [
        .. from service in new[] { ("acme", "Acme"), ("beta", "Beta") }
           from setting in new[] { ("Name", service.Item2), ("Authority", "https://login.example.org"), ("ClientId", "us"), ("ClientSecret", "x") }
           select ($"ExternalSignIn:Providers:{service.Item1}:{setting.Item1}", setting.Item2),
    ]);

    private static Task<Result> Link(TestPortal portal, Actor actor, ExternalIdentity? identity = null) =>
        portal.Run((ExternalLogins logins) => logins.LinkAsync(identity ?? Somebody, actor, Cancel));

    private static Task<Result> Unlink(TestPortal portal, Actor actor, string provider = "acme") =>
        portal.Run((ExternalLogins logins) => logins.UnlinkAsync(provider, actor, Cancel));

    private static Task<Result<string>> Begin(TestPortal portal, Actor actor, string provider) =>
        portal.Run((ExternalLogins logins) => logins.BeginAsync(provider, actor, Cancel));

    private static Task<IReadOnlyList<ExternalLoginRow>> List(TestPortal portal, Actor actor) =>
        portal.Run((ExternalLogins logins) => logins.ListAsync(actor, Cancel));
}
