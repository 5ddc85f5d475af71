using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Common;
using UserAdmin.Core.Data;
using UserAdmin.Core.Notifications;
using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.Notifications;

public class NoticeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A14_A_notice_says_what_when_and_from_where_with_a_link_to_disown_it()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        await Notify(portal, carol, carol, "Signed in from a new device: {0}", "Firefox on Linux");

        var message = Assert.Single(await Messages(portal));
        Assert.Equal(("carol@example.org", "security-notice", "Signed in from a new device: Firefox on Linux", true), (message.Recipient, message.Template, message.Subject, message.CarriesSecret));
        var text = await Text(portal, message);
        Assert.Contains("Hello Carol,", text);
        Assert.Contains($"When: {portal.Clock.Now:d MMMM yyyy, HH:mm} (UTC)", text);
        Assert.Contains("From: 192.0.2.1", text);
        var secret = text.Split("This was not me: http://localhost/account/not-me/")[1][..43];
        var token = await portal.Run((OneTimeTokens tokens) => tokens.FindAsync(secret, OneTimePurpose.NotMe, Cancel));
        Assert.Equal((carol.Id, "carol@example.org", portal.Clock.Now.AddDays(7)), (token!.UserId, token.Subject, token.ExpiresAt));
    }

    [Fact]
    public async Task A14_A_later_notice_leaves_the_links_of_earlier_ones_alive()
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);

        await Notify(portal, carol, carol, "Your password was changed");
        await Notify(portal, carol, carol, "Your second factor was removed");
        await portal.Run(async (OneTimeTokens tokens) => { await tokens.RevokeAllAsync(carol.Id, Cancel); return 0; });

        Assert.Equal(2, await portal.Run((UserAdminDbContext db) => db.OneTimeTokens.CountAsync(token => token.Purpose == OneTimePurpose.NotMe)));
    }

    [Fact]
    public async Task A14_What_an_administrator_does_names_them_and_not_their_address()
    {
        await using var portal = await TestPortal.StartAsync();
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));

        await Notify(portal, carol, alice, "Your password was reset");

        var text = await Text(portal, Assert.Single(await Messages(portal)));
        Assert.Contains("From: an administrator (Alice Archer)", text);
        Assert.DoesNotContain("192.0.2.1", text);
    }

    [Theory]
    [InlineData("""{"language":"de","timeZone":"Europe/Berlin"}""", "de", "(UTC+0")]
    [InlineData("""{"Language":"fr"}""", "fr", "(UTC)")]
    [InlineData("""{"language":"xx","timeZone":"Nowhere/Nothing"}""", "en", "(UTC)")]
    [InlineData("""{"language":7}""", "en", "(UTC)")]
    [InlineData("""[1]""", "en", "(UTC)")]
    [InlineData("not JSON", "en", "(UTC)")]
    public async Task A_notice_is_written_in_the_readers_language_and_time(string display, string language, string zone)
    {
        await using var portal = await TestPortal.StartAsync();
        var carol = await portal.Given(Carol);
        await portal.Run((PreferenceService preferences) => preferences.KeepAsync("display", display, carol, Cancel));

        await Notify(portal, carol, carol, "Your password was changed");

        var message = Assert.Single(await Messages(portal));
        Assert.Equal(language, message.Language);
        Assert.Contains(zone, await Text(portal, message));
    }

    [Theory, MemberData(nameof(TestDatabase.Each), MemberType = typeof(TestDatabase))]
    public async Task A14_A_changed_address_is_told_to_the_old_and_the_new_one(DatabaseProvider provider)
    {
        await using var portal = await TestPortal.StartAsync(provider);
        var (alice, carol) = (await portal.Given(Alice), await portal.Given(Carol));
        var before = UserForm.Of(await portal.Load(carol.Id));
        var after = before.Copy();
        after.Email = "cooper@example.org";

        Assert.True((await portal.Run((UserService users) => users.EditAsync(carol.Id, after, before, alice, Cancel))).Succeeded);

        Assert.Equal(["carol@example.org", "cooper@example.org"], (await Messages(portal)).Select(message => message.Recipient).Order());
    }

    private static Task<int> Notify(TestPortal portal, Actor about, Actor by, string what, params object?[] values) => portal.Run(async (IServiceProvider scope) =>
    {
        var db = scope.GetRequiredService<UserAdminDbContext>();
        var user = await db.Users.SingleAsync(user => user.Id == about.UserId);
        await scope.GetRequiredService<Notices>().SendAsync(user, what, by, Cancel, values);
        return await db.SaveChangesAsync();
    });

    private static Task<List<OutboxMessage>> Messages(TestPortal portal) =>
        portal.Run((UserAdminDbContext db) => db.OutboxMessages.AsNoTracking().OrderBy(message => message.Id).ToListAsync());

    private static Task<string> Text(TestPortal portal, OutboxMessage message) => portal.Run((Outbox outbox) => Task.FromResult(outbox.Read(message)!.Text));
}
